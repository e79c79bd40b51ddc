// SPDX-License-Identifier: MIT
#pragma once

// The door to MPI: its C interface.

#include <denim/machine/target.hpp>

#if !defined(OMPI_SKIP_MPICXX)
#define OMPI_SKIP_MPICXX 1
#endif
#if !defined(MPICH_SKIP_MPICXX)
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// Throws std::runtime_error with MPI's own words where a call of it has failed.
inline void check_mpi(int result, const char* call) {
    if (result == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(result, text, &length);
    throw std::runtime_error(std::string{"denim: "} + call + " failed: " + text);
}

}  // namespace denim::inline DENIM_TARGET::detail
