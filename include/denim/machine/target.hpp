// SPDX-License-Identifier: MIT
#pragma once

// What the compiler was told about the machine: the vector units and whether there are threads.
// What has a body stands in the inline namespace DENIM_TARGET, for example denim::avx512_omp_0_2_0, so that objects compiled with
// different flags, or of different versions of Denim, link into one program without mixing their code. What has none stands outside it,
// one type for all targets: errors, enumerations, and structs of nothing but numbers, types of std:: and each other.

#define DENIM_VERSION 0_2_0

#if !defined(__cpp_exceptions)
#error "denim reports errors as exceptions: compile without -fno-exceptions"
#endif

#if defined(__AVX512F__) && !(defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512CD__))
#error "denim takes AVX-512 with BW, DQ and CD: add -mavx512bw -mavx512dq -mavx512cd, or use -march=x86-64-v4 or -mno-avx512f"
#endif

#define DENIM_TEXT_EXPANDED(word) #word
#define DENIM_TEXT(word) DENIM_TEXT_EXPANDED(word)
#define DENIM_JOIN_EXPANDED(left, right) left##_##right
#define DENIM_JOIN(left, right) DENIM_JOIN_EXPANDED(left, right)

#if defined(__AVX512F__)
#define DENIM_VECTORS avx512
#define DENIM_VECTORS_NAME "AVX-512"
#elif defined(__AVX2__) && defined(__FMA__)
#define DENIM_VECTORS avx2
#define DENIM_VECTORS_NAME "AVX2"
#elif defined(__AVX2__)
#define DENIM_VECTORS avx2_without_fma
#define DENIM_VECTORS_NAME "AVX2 without FMA"
#elif defined(__AVX__) && defined(__FMA__)
#define DENIM_VECTORS avx_fma
#define DENIM_VECTORS_NAME "AVX with FMA"
#elif defined(__AVX__)
#define DENIM_VECTORS avx
#define DENIM_VECTORS_NAME "AVX"
#elif defined(__SSE4_2__)
#define DENIM_VECTORS sse4
#define DENIM_VECTORS_NAME "SSE4.2"
#elif defined(__SSE2__)
#define DENIM_VECTORS sse2
#define DENIM_VECTORS_NAME "SSE2"
#elif defined(__ARM_NEON)
#define DENIM_VECTORS neon
#define DENIM_VECTORS_NAME "NEON"
#else
#define DENIM_VECTORS scalar
#define DENIM_VECTORS_NAME "no vectors"
#endif

#if defined(_OPENMP)
#define DENIM_THREADS omp
#else
#define DENIM_THREADS serial
#endif

// Where DENIM_COMPILED is defined, what does not depend on a program's networks (DENIM_ONCE) is declared alone, and stands in the library
// denim::compiled, or in the one source file of the program that defines DENIM_IMPLEMENTATION before its first header of Denim. That code has
// a namespace of its own, so that another target or version is an undefined name for the linker, and a header-only file fits beside it.
#if defined(DENIM_IMPLEMENTATION) && !defined(DENIM_COMPILED)
#define DENIM_COMPILED
#endif
#if defined(DENIM_COMPILED)
#define DENIM_TARGET DENIM_JOIN(DENIM_JOIN(DENIM_JOIN(DENIM_VECTORS, DENIM_THREADS), DENIM_VERSION), compiled)
#else
#define DENIM_TARGET DENIM_JOIN(DENIM_JOIN(DENIM_VECTORS, DENIM_THREADS), DENIM_VERSION)
#endif

// DENIM_BODIES: whether this file has the definitions. DENIM_TEMPLATE(class X<float>), behind the definitions of X: its one instantiation.
#if !defined(DENIM_COMPILED)
#define DENIM_BODIES 1
#define DENIM_ONCE inline
#define DENIM_TEMPLATE(...) static_assert(true)
#elif defined(DENIM_IMPLEMENTATION)
#define DENIM_BODIES 1
#define DENIM_ONCE
#define DENIM_TEMPLATE(...) template __VA_ARGS__
#else
#define DENIM_BODIES 0
#define DENIM_ONCE
#define DENIM_TEMPLATE(...) extern template __VA_ARGS__
#endif

#define DENIM_TARGET_NAME DENIM_TEXT(DENIM_TARGET)
