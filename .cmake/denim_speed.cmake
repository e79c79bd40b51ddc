# What makes programs fast and is no default of CMake's. A program that links denim::native uses the vectors of the machine that compiles it.
if(NOT TARGET denim::native)
    add_library(denim::native INTERFACE IMPORTED GLOBAL)
    set_target_properties(denim::native PROPERTIES INTERFACE_COMPILE_OPTIONS -march=native)
endif()
get_property(denim_several_types GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT denim_several_types AND NOT "${CMAKE_CXX_FLAGS}" MATCHES "-O[1-9sgzf]")
    message(WARNING "denim: without a build type nothing is optimised, and networks are slow beyond use: cmake -DCMAKE_BUILD_TYPE=Release, or set(CMAKE_BUILD_TYPE Release) before find_package(denim)")
endif()
