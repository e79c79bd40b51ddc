// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
#include <denim/network/place_line.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

using namespace denim;

namespace {

struct Thing {
    std::size_t first, last, size, offset = 0;
    bool shared = false;
};

template <std::size_t Most, std::size_t Steps>
std::size_t settle(std::vector<Thing>& things) {
    PlaceLine<Most, Steps> line;
    for (Thing& thing : things) line.add({&thing.offset, &thing.shared, thing.first, thing.last, thing.size});
    return line.settle();
}

bool at_one_time(const Thing& a, const Thing& b) { return a.first <= b.last && b.first <= a.last; }
bool at_one_place(const Thing& a, const Thing& b) { return a.offset < b.offset + b.size && b.offset < a.offset + a.size; }

}  // namespace

TEST_CASE("a chain takes turns in two places, and what is alone from the beginning to the end shares nothing") {
    std::vector<Thing> chain{{0, 1, 8}, {1, 2, 8}, {2, 3, 8}, {3, 4, 8}, {0, 4, 5}};
    CHECK(settle<5, 5>(chain) == 2 * 8 + 5);
    CHECK(!chain[4].shared);
    for (std::size_t n = 0; n < 4; ++n) CHECK(chain[n].shared);
    std::vector<Thing> alone{{2, 2, 7}};
    CHECK(settle<1, 3>(alone) == 7);
    CHECK(!alone[0].shared);
}

TEST_CASE("a hole at the end grows, holes beside each other join, and a hole is left where something smaller takes a part") {
    std::vector<Thing> grows{{0, 0, 4}, {1, 1, 9}};
    CHECK(settle<2, 2>(grows) == 9);
    std::vector<Thing> joins{{0, 1, 4}, {0, 2, 4}, {0, 3, 4}, {0, 9, 4}, {4, 5, 12}, {6, 9, 3}, {7, 9, 9}};
    CHECK(settle<7, 10>(joins) == 16);
}

TEST_CASE("random lives: no two at one time and place, never more than one after the other, and shared is said where it is so") {
    Random random{Seed{4}};
    for (std::size_t turn = 0; turn < 200; ++turn) {
        std::vector<Thing> things(1 + random.below(40));
        std::size_t all = 0;
        for (Thing& thing : things) {
            thing.first = random.below(30);
            thing.last = std::min<std::size_t>(29, thing.first + random.below(turn % 2 ? 30 : 4));
            all += thing.size = 1 + random.below(50);
        }
        const std::size_t length = settle<40, 30>(things);
        std::size_t busiest = 0;
        for (std::size_t step = 0; step < 30; ++step) {
            std::size_t busy = 0;
            for (const Thing& thing : things)
                if (thing.first <= step && step <= thing.last) busy += thing.size;
            busiest = std::max(busiest, busy);
        }
        CHECK(length >= busiest);
        CHECK(length <= all);
        for (const Thing& a : things) {
            CHECK(a.offset + a.size <= length);
            for (const Thing& b : things) {
                if (&a == &b) continue;
                CHECK(!(at_one_time(a, b) && at_one_place(a, b)));
                if (at_one_place(a, b)) CHECK((a.shared && b.shared));
            }
        }
    }
}

TEST_CASE("a deep network keeps what backward reads, one gradient beside the next, and a predictor two values") {
    using Block = Sequential<Conv<3, 16, Same, Linear>, BatchNorm, Activation<ReLU>>;
    using Deep = Network<Image<16, 16, 16>, Sequential<Block, Block, Block, Block, Block, Block, Block, Block, Dense<3>>>;
    using Learns = Plan<Deep::Graph, Fast, Mode::training>;
    using Answers = Plan<Deep::Graph, Fast, Mode::inference>;
    constexpr std::size_t apart = Memory<Learns>::apart, unit = sizeof(float);  // bytes
    constexpr std::size_t value = Learns::layouts[1].size() * unit + apart, bordered = Learns::layouts[3].size() * unit + apart;
    // Of a block the convolution's output, which BatchNorm reads again, and ReLU's, which the next convolution does.
    CHECK(places<Learns>.batch_bytes <= 8 * (value + bordered) + 3 * bordered);
    CHECK(places<Answers>.thread_bytes <= 3 * bordered);
    CHECK(places<Answers>.batch_bytes == 0);
}

TEST_CASE("a predictor keeps the rows of layers that read them, and no others") {
    using Tested = Network<Image<8, 8, 3>, Sequential<Conv<3, 4>, LayerNorm, Dense<3>>>;
    using Answers = Plan<Tested::Graph, Fast, Mode::inference>;
    CHECK(!Answers::LayerAt<0>::forward_reads_parameters);
    CHECK(Answers::LayerAt<1>::forward_reads_parameters);
    CHECK(!Answers::LayerAt<2>::forward_reads_parameters);
    CHECK(Answers::parameter_count<0> == 3 * 3 * 3 * 4 + 4);
    CHECK(Answers::parameter_count<1> == 8);
    CHECK(Answers::parameter_count<2> == 6 * 6 * 4 * 3 + 3);
}
