# denim::compiled: all components that are there, with what does not depend on a program's networks compiled once, in the flags of the project
# that links it. A vector unit of its own goes to target_compile_options(denim_compiled PUBLIC -m...), so that library and programs agree.
function(denim_add_compiled include) # component...
    set(sources)
    foreach(component IN LISTS ARGN)
        set(source ${include}/denim/compiled/${component}.cpp)
        if(EXISTS ${source})
            list(APPEND sources ${source})
        endif()
    endforeach()
    add_library(denim_compiled STATIC EXCLUDE_FROM_ALL ${sources})
    target_compile_definitions(denim_compiled PUBLIC DENIM_COMPILED)
    list(TRANSFORM ARGN PREPEND denim:: OUTPUT_VARIABLE targets)
    target_link_libraries(denim_compiled PUBLIC ${targets})
    add_library(denim::compiled ALIAS denim_compiled)
endfunction()
