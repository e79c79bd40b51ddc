// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Net = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, Residual<Conv<3, 8, Same>, BatchNorm, Dropout>, Dense<2>>>;
constexpr std::size_t the_fork = 1, inner_conv = 2, inner_norm = 3, inner_dropout = 4, dense = 6;  // of the flat list

struct Set {
    Array<float, 4> images = Array<float, 4>(std::array<std::size_t, 4>{16, 8, 8, 1});
    Array<int, 1> labels = Array<int, 1>(std::array<std::size_t, 1>{16});
    Set() {
        for (std::size_t n = 0; n < images.size(); ++n) images.data()[n] = static_cast<float>(n * 37 % 101) / 101;
        for (std::size_t n = 0; n < 16; ++n) labels(n) = static_cast<int>(n % 2);
    }
};

const Row& row(const Net& network, const std::string& name) { return *std::ranges::find(network.rows(), name, &Row::name); }

template <class... Callbacks>
std::vector<float> learnt(Net& network, Callbacks&&... callbacks) {
    const Set set;
    fit(network, set, {.epochs = 2, .batch = 8}, callbacks...);
    return {network.parameters().begin(), network.parameters().end()};
}
std::vector<float> learnt(auto change) {
    Net network{Seed{1}};
    change(network);
    return learnt(network);
}

}  // namespace

TEST_CASE("a setting arrives where it is set: in a layer, or in all layers of a composition that have it") {
    Net network;
    network.settings<0>().l2 = network.settings<2>().l2 = 0.5f;
    CHECK(network.settings<0>().l2 == 0.5f);
    CHECK(row(network, "0.weights").l2 == 0.5f);
    CHECK(row(network, "0.bias").l2 == 0);
    CHECK(row(network, "2.weights").l2 == 0.5f);
    CHECK(row(network, "1.0.weights").l2 == 0);
    network.settings<0>().l2 = network.settings<1, 0>().l2;
    CHECK(row(network, "0.weights").l2 == 0);

    network.settings<1>().l2 = 0.25f;
    network.settings<1>().rate = 0.125f;
    network.settings<1>().frozen = true;
    const auto all = network.all_settings();
    CHECK(all[inner_conv].l2 == 0.25f);
    CHECK(network.settings<1, 2>().rate == 0.125f);
    CHECK(network.settings<1, 1>().frozen);
    for (const std::size_t without : {the_fork, inner_norm, inner_dropout, dense}) CHECK(all[without].l2 != 0.25f);
    CHECK_FALSE(row(network, "1.0.weights").trained);
    CHECK_FALSE(row(network, "1.1.gamma").trained);
    CHECK(row(network, "0.weights").trained);
    const Net copy = network;
    network.unfreeze<1>();
    CHECK(row(network, "1.0.weights").trained);
    CHECK_FALSE(row(network, "1.1.mean").trained);
    CHECK_FALSE(row(copy, "1.0.weights").trained);
}

TEST_CASE("each setting of a composition changes what is learnt, as that of the layer inside does") {
    const auto plain = learnt([](Net&) {});
    const auto l2 = learnt([](Net& network) { network.settings<1>().l2 = 0.1f; });
    const auto rate = learnt([](Net& network) { network.settings<1>().rate = 0; });
    const auto frozen = learnt([](Net& network) { network.settings<1>().frozen = true; });
    CHECK(l2 != plain);
    CHECK(rate != plain);
    CHECK(frozen != plain);
    CHECK(l2 == learnt([](Net& network) { network.settings<1, 0>().l2 = 0.1f; }));
    CHECK(rate == learnt([](Net& network) { network.settings<1, 2>().rate = 0; }));
    CHECK(frozen == learnt([](Net& network) { network.freeze<1>(); }));
}

TEST_CASE("what a callback sets of the learner arrives at the next step, for that step") {
    struct FreezeAll {
        void on_begin(Run& run) const {
            for (LayerSettings& settings : run.learner.settings()) settings.frozen = true;
        }
    };
    struct FreezeSecondEpoch {
        std::vector<float> after_first = {};
        void on_epoch(Run& run) {
            if (run.epoch == 1) after_first.assign(run.learner.parameters().begin(), run.learner.parameters().end());
            for (LayerSettings& settings : run.learner.settings()) settings.frozen = true;
        }
    };
    struct PullAll {
        void on_begin(Run& run) const {
            for (LayerSettings& settings : run.learner.settings()) settings.l2 = 0.1f;
            for (const Row& row : run.learner.rows()) CHECK(row.l2 == (row.decays ? 0.1f : 0.0f));
        }
    };
    Net network{Seed{1}};
    const std::vector<float> begin(network.parameters().begin(), network.parameters().end());
    CHECK(learnt(network, FreezeAll{}) == begin);
    Net second{Seed{1}};
    FreezeSecondEpoch freeze;
    CHECK(learnt(second, freeze) == freeze.after_first);
    CHECK(freeze.after_first != begin);
    Net pulled{Seed{1}};
    CHECK(learnt(pulled, PullAll{}) == learnt([](Net& other) {
              other.edit_settings([](std::span<LayerSettings> all) {
                  for (LayerSettings& settings : all) settings.l2 = 0.1f;
              });
          }));
}

TEST_CASE("rates and L2 that are not accepted end a run before it begins, with the layer's name") {
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    const auto refuses = [](const std::string& sentence, auto change) {
        Net network{Seed{1}};
        const std::vector<float> before(network.parameters().begin(), network.parameters().end());
        change(network);
        CHECK(message_of([&] { learnt(network); }) == sentence);
        CHECK(std::ranges::equal(network.parameters(), before));
    };
    for (const auto& [rate, words] : {std::pair{-0.5f, "-0.5"}, {1.0f, "1"}, {1.5f, "1.5"}, {nan, "nan"}, {infinity, "inf"}})
        refuses(std::string{"denim: layer 1.2: rate was expected from 0 to less than 1, but is "} + words,
                [&](Net& network) { network.settings<1, 2>().rate = rate; });
    for (const auto& [l2, words] : {std::pair{-1.0f, "-1"}, {nan, "nan"}, {infinity, "inf"}})
        refuses(std::string{"denim: layer 2: l2 was expected as a finite number of at least 0, but is "} + words,
                [&](Net& network) { network.settings<2>().l2 = l2; });
    struct SetNaN {
        float nan;
        void on_batch(Run& run) const { run.learner.settings()[inner_dropout].rate = nan; }
    };
    Net network{Seed{1}};
    CHECK(message_of([&] { learnt(network, SetNaN{nan}); }).find("layer 1.2: rate was expected") != std::string::npos);
}
