# Fails if docs/differences.md differs from what the table says now.
execute_process(COMMAND ${PROGRAM} reference OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "differential reference: ${status}")
endif()
file(READ ${FILE} committed)
if(NOT printed STREQUAL committed)
  message(FATAL_ERROR "${FILE} is not what tests/differential/differences.json says now: build the target differences and commit it")
endif()
