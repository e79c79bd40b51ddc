// SPDX-License-Identifier: MIT
#include <denim/tensor/aligned_array.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

using namespace denim;

TEST_CASE("arrays are zero at first and aligned, large ones to huge pages") {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{1000}, huge_page / 2, huge_page / 2 + 1, huge_page}) {
        CAPTURE(size);
        AlignedArray<float> array(size);
        const bool large = size * sizeof(float) >= 2 * huge_page;
        CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % (large ? huge_page : AlignedArray<float>::alignment) == 0);
        CHECK(array.size() == size);
        CHECK(std::ranges::all_of(array.span(), [](float number) { return number == 0; }));
    }
}

TEST_CASE("copies have numbers of their own, moves take them along") {
    for (const std::size_t size : {std::size_t{7}, huge_page}) {
        AlignedArray<float> array(size);
        array[size - 1] = 3;
        AlignedArray<float> copy = array;
        array[size - 1] = 4;
        CHECK(copy[size - 1] == 3);
        const float* numbers = array.data();
        const AlignedArray<float> moved = std::move(array);
        CHECK(moved.data() == numbers);
        CHECK(moved[size - 1] == 4);
        copy = moved;
        CHECK(copy[size - 1] == 4);
        copy = AlignedArray<float>{};
        CHECK(copy.size() == 0);
    }
}
