// SPDX-License-Identifier: MIT
#pragma once

// Large arrays in pages of 2 MB, where Linux gives them on demand: a five-hundredth of the page faults when memory is touched
// first, and hardly a miss where the processor looks an address up. Elsewhere arrays lie in pages as the system has them.

#include <denim/machine/target.hpp>

#include <cstddef>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace denim::inline DENIM_TARGET {

inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Asks for huge pages for memory that begins on one; a wish, which changes no content.
inline void want_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
#endif
}

}  // namespace denim::inline DENIM_TARGET
