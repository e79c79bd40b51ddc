// SPDX-License-Identifier: MIT
#include "fashion/wardrobe/assortment.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>

using namespace denim::wardrobe;

TEST_CASE("the default assortment has the categories' sizes") {
    std::map<std::string, std::size_t> sizes;
    for (const Article& article : assortment) sizes[std::string(article.category)] += article.count;
    CHECK(sizes["glasses"] == 5002);
    CHECK(sizes["trousers"] == 5004);
    CHECK(sizes["shoes"] == 6197);
}

TEST_CASE("any number of photographs is shared out whole, each class within one of its share") {
    for (const std::size_t count :
         {std::size_t{1}, std::size_t{16}, std::size_t{170}, std::size_t{5000}, assortment_size, std::size_t{40'001}}) {
        const auto counts = shared_out(count);
        CHECK(std::accumulate(counts.begin(), counts.end(), std::size_t{0}) == count);
        for (std::size_t i = 0; i < 17; ++i) {
            const double share = static_cast<double>(assortment[i].count) * static_cast<double>(count) / assortment_size;
            CHECK(std::abs(static_cast<double>(counts[i]) - share) < 1);
        }
    }
}
