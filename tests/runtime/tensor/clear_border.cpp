// SPDX-License-Identifier: MIT
#include <denim/tensor/clear_border.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace denim;

TEST_CASE("a border is zeros all around and the picture stays as it was, cleared at once or rows at a time") {
    for (const Border border : {Border{1, 1, 1, 1}, Border{0, 2, 3, 1}, Border{2, 0, 0, 0}, Border{0, 0, 0, 3}, Border{}})
        for (const std::size_t parts : {1u, 2u, 5u, 7u}) {
            const Layout layout{{5, 4, 3}, border, 4};
            std::vector<float> picture(layout.size(), 7.0f);
            for (std::size_t part = 0; part < parts; ++part) clear_border(layout, picture.data(), part * 5 / parts, (part + 1) * 5 / parts);
            std::vector<float> expected(layout.size(), 0.0f);
            for (std::size_t y = 0; y < 5; ++y)
                for (std::size_t n = 0; n < 4 * layout.stride; ++n) expected[layout.offset(y, 0) + n] = 7.0f;
            CHECK(picture == expected);
            std::vector<float> whole(layout.size(), 7.0f);
            clear_border(layout, whole.data());
            CHECK(whole == expected);
        }
}
