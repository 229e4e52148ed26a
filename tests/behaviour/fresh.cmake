# Fails if a committed page differs from what the program prints now.
execute_process(COMMAND ${PROGRAM} ${WHAT} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "behaviour ${WHAT}: ${status}")
endif()
file(READ ${FILE} committed)
if(NOT printed STREQUAL committed)
  message(FATAL_ERROR "${FILE} is not what the statements and tests say now: build the target behaviour_pages and commit it")
endif()
