// SPDX-License-Identifier: MIT
#pragma once

// Numbers below the smallest normal one (1.2e-38 in float, 2.2e-308 in double) are zero while Denim computes. Processors take such numbers apart
// in microcode, up to a hundred times as slowly, and a network that has learned its pictures is full of them: the softmax's gradients are nearly
// zero, and the optimizer squares them. WebAssembly has no such switch; there they stay.

#include <denim/machine/target.hpp>

#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// For a scope, of this thread alone; then the thread has its own way again.
class FlushDenormals {
public:
    FlushDenormals() {
        if ((before_ & flushed) != flushed) set(before_ | flushed);
    }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
    ~FlushDenormals() {
        if ((before_ & flushed) != flushed) set(before_);
    }

private:
#if defined(__SSE2__) && !defined(__wasm__)
    using Register = unsigned;
    static constexpr Register flushed = 0x8040;  // results (FTZ) and what comes in (DAZ)
    static Register get() { return __builtin_ia32_stmxcsr(); }
    static void set(Register value) { __builtin_ia32_ldmxcsr(value); }
#elif defined(__aarch64__)
    using Register = std::uint64_t;
    static constexpr Register flushed = Register{1} << 24;  // FZ: both
    static Register get() {
        Register value;
        __asm__ volatile("mrs %0, fpcr" : "=r"(value));
        return value;
    }
    static void set(Register value) { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }
#else
    using Register = unsigned;
    static constexpr Register flushed = 0;
    static Register get() { return 0; }
    static void set(Register) {}
#endif

    Register before_ = get();
};

}  // namespace denim::inline DENIM_TARGET
