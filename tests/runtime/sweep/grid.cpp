// SPDX-License-Identifier: MIT
#include <denim/sweep/grid.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace denim;

namespace {

template <std::size_t Kernel, std::size_t Filters>
struct Net {
    static std::string name() { return std::to_string(Kernel) + "x" + std::to_string(Filters); }
};
template <std::size_t Kernel, std::size_t Filters>
using Alias = Net<Kernel, Filters>;

}  // namespace

TEST_CASE("a grid over an alias template visits every combination, the last axis fastest") {
    using Networks = Grid<Alias, Values<3, 5, 7>, Values<32, 64>>;
    CHECK(Networks::count == 6);
    CHECK(Networks::axes == 2);
    std::vector<std::string> names;
    Networks::visit([&]<class Network>(const auto& values) {
        names.push_back(Network::name());
        CHECK(names.back() == std::to_string(values[0]) + "x" + std::to_string(values[1]));
    });
    CHECK(names == std::vector<std::string>{"3x32", "3x64", "5x32", "5x64", "7x32", "7x64"});
}
