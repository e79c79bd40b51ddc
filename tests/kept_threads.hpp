// SPDX-License-Identifier: MIT
#pragma once

#if __has_include(<denim/machine/threads.hpp>)
#include <denim/machine/threads.hpp>
#else
#include <denim/denim.hpp>  // the single header
#endif

#include <cstddef>

namespace testing {

/// Gives the program its number of threads and its serial threshold back where a test that changes them ends, however it ends.
class KeptThreads {
public:
    KeptThreads() = default;
    KeptThreads(const KeptThreads&) = delete;
    KeptThreads& operator=(const KeptThreads&) = delete;
    ~KeptThreads() {
        denim::set_threads(threads_);
        denim::set_serial_threshold(serial_below_);
    }

private:
    std::size_t threads_ = denim::detail::thread_settings().threads, serial_below_ = denim::detail::thread_settings().serial_below;
};

}  // namespace testing
