# denim_every_machine(PROGRAM): a program of x86-64 that runs on every such processor, and at once with the widest vectors that it has. Its sources, and
# denim::compiled where it links that, are compiled three times, for SSE2, AVX2 and AVX-512. Each copy is linked in itself and its names are made
# local, so that no function compiled for a wider processor serves a narrower copy; include/denim/compiled/every_machine.cpp takes one at the start.
# To be called behind all that is said of the program. Elsewhere than on Linux and x86-64 it changes nothing.

# The vectors, and what the compiler is told: -fno-gnu-unique, since objcopy does not make such symbols local (clang makes none).
set(denim_unique $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
set(denim_copies sse2 avx2 avx512)
set(denim_flags_of_sse2 ${denim_unique})
set(denim_flags_of_avx2 -mavx2 -mfma ${denim_unique})
set(denim_flags_of_avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512cd -mavx512vl ${denim_unique})

# A target that compiles what another does, with flags of its own: libraries that are to be replaced are among ARGN, each before what takes its place.
function(denim_copy_of from to type vectors) # library replacement...
    get_target_property(sources ${from} SOURCES)
    get_target_property(folder ${from} SOURCE_DIR)
    list(TRANSFORM sources PREPEND "${folder}/" REGEX "^[^/$]")
    add_library(${to} ${type} EXCLUDE_FROM_ALL ${sources})
    foreach(property IN ITEMS COMPILE_DEFINITIONS COMPILE_FEATURES COMPILE_OPTIONS INCLUDE_DIRECTORIES CXX_STANDARD CXX_STANDARD_REQUIRED CXX_EXTENSIONS)
        get_target_property(value ${from} ${property})
        if(NOT value MATCHES "-NOTFOUND$")
            set_target_properties(${to} PROPERTIES ${property} "${value}")
        endif()
    endforeach()
    get_target_property(libraries ${from} LINK_LIBRARIES)
    list(TRANSFORM libraries REPLACE "^denim::compiled$" denim_compiled)
    if(ARGN)
        list(TRANSFORM libraries REPLACE "^${ARGV4}$" ${ARGV5})
    endif()
    target_link_libraries(${to} PUBLIC ${libraries})
    target_compile_definitions(${to} PUBLIC DENIM_EVERY_MACHINE)
    set_target_properties(${to} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)  # what is linked in itself is code already
    target_compile_options(${to} PRIVATE ${denim_flags_of_${vectors}})
endfunction()

function(denim_every_machine program)
    get_target_property(type ${program} TYPE)
    if(NOT type STREQUAL "EXECUTABLE")
        message(FATAL_ERROR "denim_every_machine(${program}): it has to be an executable, and is of type ${type}")
    endif()
    if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" OR NOT CMAKE_OBJCOPY)
        message(STATUS "denim: ${program} is built for one kind of vectors; only Linux on x86-64, with objcopy, has programs with several")
        return()
    endif()
    get_target_property(libraries ${program} LINK_LIBRARIES)
    get_target_property(options ${program} COMPILE_OPTIONS)
    get_target_property(options_of_compiled denim_compiled COMPILE_OPTIONS)
    if("${CMAKE_CXX_FLAGS} ${options} ${options_of_compiled} ${libraries}" MATCHES "-m(arch|cpu|avx|sse|fma|no-)[^ ;]*|denim::native")
        message(FATAL_ERROR "denim_every_machine(${program}): it chooses the vectors itself, so leave out ${CMAKE_MATCH_0}")
    endif()

    set(objects)
    foreach(vectors IN LISTS denim_copies)
        set(copy ${program}_${vectors})
        set(archive)
        if(libraries MATCHES "(^|;)denim(::|_)compiled(;|$)")
            if(NOT TARGET denim_compiled_${vectors})
                denim_copy_of(denim_compiled denim_compiled_${vectors} STATIC ${vectors})
                target_compile_definitions(denim_compiled_${vectors} PUBLIC DENIM_COMPILED)
            endif()
            denim_copy_of(${program} ${copy} OBJECT ${vectors} denim_compiled denim_compiled_${vectors})
            set(archive denim_compiled_${vectors})
        else()
            denim_copy_of(${program} ${copy} OBJECT ${vectors})
        endif()
        set(object "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${program}.dir/${vectors}$<CONFIG>.o")
        add_custom_command(
            OUTPUT "${object}" DEPENDS ${copy} $<TARGET_OBJECTS:${copy}> ${archive} COMMAND_EXPAND_LISTS VERBATIM
            COMMENT "Closing the copy of ${program} for ${vectors} in itself"
            COMMAND "${CMAKE_CXX_COMPILER}" -r -nostdlib -Wl,--force-group-allocation $<TARGET_OBJECTS:${copy}>
                    $<$<BOOL:${archive}>:$<TARGET_FILE:$<IF:$<BOOL:${archive}>,${archive},${copy}>>> -o "${object}"
            COMMAND "${CMAKE_OBJCOPY}" --redefine-sym main=denim_main_${vectors} --rename-section .init_array=denim_init_${vectors} "${object}"
            COMMAND "${CMAKE_OBJCOPY}" --keep-global-symbol=denim_main_${vectors} "${object}")  # apart: LLVM's would look for the old name
        set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
        list(APPEND objects "${object}")
    endforeach()

    # What is left of the program chooses a copy, and brings the libraries that all of them call.
    get_target_property(components denim_compiled LINK_LIBRARIES)
    list(TRANSFORM libraries REPLACE "^denim(::|_)compiled$" "${components}")
    get_target_property(sources denim_compiled SOURCES)
    list(GET sources 0 source)
    cmake_path(REPLACE_FILENAME source every_machine.cpp)
    set_target_properties(${program} PROPERTIES SOURCES "${source};${objects}" LINK_LIBRARIES "${libraries}")
endfunction()
