# Fails if a committed file differs from what its program prints now.
#   cmake -DPROGRAM=… [-DWHAT=argument] -DFILE=… -DTARGET=what-renews-it -P fresh.cmake
execute_process(COMMAND ${PROGRAM} ${WHAT} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ${WHAT}: ${status}")
endif()
file(READ ${FILE} committed)
if(NOT printed STREQUAL committed)
  message(FATAL_ERROR "${FILE} is not what it is made from: build the target ${TARGET} and commit the result")
endif()
