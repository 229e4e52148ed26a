# Fails if the committed page differs from what the tables say now.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "configuration_page: ${status}")
endif()
file(READ ${FILE} committed)
if(NOT printed STREQUAL committed)
  message(FATAL_ERROR "${FILE} is not what the tables say now: build the target derive-configuration and commit the result")
endif()
