# Fails if a committed text differs from what docgen prints now.
execute_process(COMMAND ${DOCGEN} ${WHAT} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "docgen ${WHAT}: ${status}")
endif()
file(READ ${FILE} committed)
if(NOT printed STREQUAL committed)
  message(FATAL_ERROR "${FILE} is not what the method table says now: build the target derive and commit the result")
endif()
