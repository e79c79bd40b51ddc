// SPDX-License-Identifier: MIT
// flags: -mavx512f -mno-avx512bw
// expect: denim takes AVX-512 with BW, DQ and CD: add -mavx512bw -mavx512dq -mavx512cd, or use -march=x86-64-v4 or -mno-avx512f
// errors: 1
#include <denim/machine/target.hpp>
