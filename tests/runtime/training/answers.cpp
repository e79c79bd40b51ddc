// SPDX-License-Identifier: MIT
// Sources through the whole of training: the bits of the same set in memory, whatever reads it.
#include "kept_threads.hpp"
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/data/data_set.hpp>
#include <denim/denim.hpp>
#include <denim/training/checkpoint.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Tiny = Network<Image<6, 6, 1>, Sequential<Conv<3, 4>, Dropout, Dense<3>>>;

DataSet drawn(std::size_t count, std::uint64_t seed) {
    DataSet set = DataSet::with_room(count, {6, 6, 1}, {"a", "b", "c"});
    Random random{Seed{seed}};
    for (std::size_t n = 0; n < count; ++n) {
        set.labels(n) = static_cast<std::int32_t>(random.below(3));
        const auto label = static_cast<std::size_t>(set.labels(n));
        for (std::size_t k = 0; k < 36; ++k) set.picture(n)[k] = static_cast<std::uint8_t>(random.below(90) + (k % 3 == label ? 100 : 0));
    }
    return set;
}

/// A source of one's own, over a set that nobody sees.
struct Own {
    const DataSet& set;
    std::size_t left_out = ~std::size_t{0};
    bool only_forward = false;
    std::string known_as = "own";
    [[nodiscard]] std::size_t size() const { return set.size(); }
    [[nodiscard]] Shape shape() const { return set.shape(); }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return set.label(index); }
    [[nodiscard]] bool forward() const { return only_forward; }
    bool read(std::size_t index, std::uint8_t* to) const {
        set.read(index, to);
        return index != left_out;
    }
    void describe(SettingsRecord& to) const { to("name", known_as); }
};

/// The same as floats, with numbers to aim at.
struct Floats {
    const DataSet& set;
    [[nodiscard]] std::size_t size() const { return set.size(); }
    [[nodiscard]] Shape shape() const { return set.shape(); }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return set.label(index); }
    [[nodiscard]] float number(std::size_t index, std::size_t output) const { return static_cast<float>(index * 3 + output) / 100; }
    void read(std::size_t index, float* to) const {
        for (std::size_t n = 0; n < 36; ++n) to[n] = static_cast<float>(set.picture(index)[n]) * (1.0f / 255);
    }
};

/// Labels as other types that a number is made of.
enum Kind { shirt, shoe, hat };
template <class Label>
struct LabelledAs {
    const DataSet& set;
    [[nodiscard]] std::size_t size() const { return set.size(); }
    [[nodiscard]] Shape shape() const { return set.shape(); }
    [[nodiscard]] Label label(std::size_t index) const { return static_cast<Label>(set.label(index)); }
    void read(std::size_t index, std::uint8_t* to) const { set.read(index, to); }
};

const DataSet train = drawn(50, 1), validation = drawn(70, 2);
const FitOptions options{.epochs = 3, .batch = 8, .seed = Seed{9}};

template <class Train, class Validation>
std::pair<std::vector<float>, History> learnt(const Train& from, const Validation& scored, const FitOptions& with = options) {
    Tiny network{Seed{1}};
    History history = fit(network, from, scored, with);
    return {{network.parameters().begin(), network.parameters().end()}, std::move(history)};
}

bool same(const std::pair<std::vector<float>, History>& left, const std::pair<std::vector<float>, History>& right) {
    for (std::size_t n = 0; n < left.second.epochs.size(); ++n)
        if (left.second.epochs[n].validation.loss != right.second.epochs[n].validation.loss ||
            left.second.epochs[n].train.loss != right.second.epochs[n].train.loss)
            return false;
    return std::memcmp(left.first.data(), right.first.data(), left.first.size() * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("a source gives the bits of the same set in memory, for any number of threads") {
    const testing::KeptThreads kept_threads;
    const auto memory = learnt(train, validation);
    FitOptions changed = options;
    changed.augmentation = {.flip = true, .shift = 0.2f};
    const auto augmented = learnt(train, validation, changed);
    CHECK_FALSE(same(memory, augmented));
    for (const std::size_t team : {1u, 3u}) {
        set_threads(team);
        CHECK(same(memory, learnt(Own{train}, Own{validation})));
        CHECK(same(augmented, learnt(Own{train}, validation, changed)));
        CHECK(same(memory, learnt(Own{train, ~std::size_t{0}, true}, validation)));  // mixed in a buffer with room for all
    }
    FitOptions mixed = options;
    mixed.reading.mixed = 10 * 36;
    CHECK_FALSE(same(memory, learnt(Own{train, ~std::size_t{0}, true}, validation, mixed)));
    CHECK(same(memory, learnt(Own{train}, validation, mixed)));
    FitOptions balanced = options;
    balanced.balanced = true;
    CHECK(same(learnt(train, validation, balanced), learnt(Own{train}, validation, balanced)));
    CHECK(message_of([&] { learnt(Own{train, 0, true}, validation, balanced); }).find("a source that goes only forward") != std::string::npos);
}

TEST_CASE("floats and numbers to aim at come from sources too") {
    const Floats source{validation};
    Array<float, 4> images = Array<float, 4>::from_shape({70, 6, 6, 1});
    Array<float, 2> numbers = Array<float, 2>::from_shape({70, 3});
    for (std::size_t n = 0; n < 70; ++n) {
        source.read(n, images.data() + 36 * n);
        for (std::size_t k = 0; k < 3; ++k) numbers(n, k) = source.number(n, k);
    }
    FitOptions aiming = options;
    aiming.loss = MeanSquaredError{};
    const LabelledPair memory{images, numbers};
    CHECK(same(learnt(memory, memory, aiming), learnt(source, source, aiming)));
    CHECK(same(learnt(LabelledPair{images, validation.labels}, validation), learnt(source, validation)));
    const Tiny network{Seed{1}};
    CHECK(evaluate(network, source, MeanSquaredError{}).loss == evaluate(network, memory, MeanSquaredError{}).loss);
    CHECK(evaluate_targets(network, source)[1].mean_absolute_error == evaluate_targets(network, memory)[1].mean_absolute_error);
}

TEST_CASE("evaluate, predict and probabilities take sources") {
    const Tiny network{Seed{3}};
    const Predictor predictor{network};
    const Own source{validation};
    const Evaluation memory = evaluate(network, validation), streamed = evaluate(network, source);
    CHECK(memory.loss == streamed.loss);
    CHECK(memory.confusion == streamed.confusion);
    CHECK(predict(network, source) == predictor.predict(validation.images));
    CHECK(probabilities(predictor, source) == predictor.probabilities(validation.images));
    const Own fewer{validation, 68};
    CHECK(evaluate(network, fewer).count == 69);
    std::vector<std::size_t> others;
    for (std::size_t n = 0; n < 70; ++n)
        if (n != 68) others.push_back(n);
    CHECK(evaluate(network, fewer).loss == evaluate(network, validation.select(others)).loss);
    const auto logits = predict(predictor, fewer);
    CHECK(is_nan(logits(68, 0)));
    CHECK(logits(69, 1) == predictor.predict(validation.images)(69, 1));
}

TEST_CASE("what is left out is learned from by nobody, and callbacks see the rest") {
    struct Watch {
        std::vector<std::size_t> images, validated;
        bool reads = false;
        void on_epoch(Run& run) {
            images.push_back(run.images);
            validated.push_back(run.validation->count());
            CHECK(run.validation_logits.size() == 3 * run.validation->count());
            reads = run.reads;
        }
    } watch;
    Tiny network{Seed{1}};
    fit(network, Own{train, 7}, Own{validation, 0}, options, watch);
    CHECK(watch.images == std::vector<std::size_t>{49, 49, 49});
    CHECK(watch.validated == std::vector<std::size_t>{69, 69, 69});
    CHECK(watch.reads);
    const DataSet one = train.select(std::vector<std::size_t>{5});
    CHECK(message_of([&] { fit(network, Own{one, 0}, options); }) == "denim: fit: the source left out all pictures of the training set");
    CHECK(message_of([&] { evaluate(network, Own{one, 0}); }) == "denim: the source left out all of its 1 pictures");
}

TEST_CASE("a run that was stopped goes on from its checkpoint with the same bits, and knows its source again") {
    struct StopAt {
        std::size_t batch;
        void on_batch(Run& run) const {
            if (run.epoch == 2 && run.batch == batch) run.stop = run.interrupted = true;
        }
    };
    for (const bool forward : {false, true}) {
        const Scratch scratch;
        FitOptions mixed = options;
        mixed.reading.mixed = 10 * 36;
        const Own source{train, 7, forward};
        const auto whole = learnt(source, validation, mixed);
        Tiny network{Seed{1}};
        CHECK_THROWS_AS(fit(network, source, validation, mixed, Checkpoint{.folder = scratch.folder()}, StopAt{3}), Interrupted);
        Tiny resumed{Seed{1}};
        CHECK(message_of([&] { fit(resumed, Own{train, 7, forward, "another"}, validation, mixed, Checkpoint{.folder = scratch.folder()}); })
                  .find("training.source.name: the snapshot has own, this run another") != std::string::npos);
        fit(resumed, source, validation, mixed, Checkpoint{.folder = scratch.folder()});
        CHECK(std::memcmp(resumed.parameters().data(), whole.first.data(), whole.first.size() * sizeof(float)) == 0);
    }
}

TEST_CASE("labels may be enums, letters, bools and wide numbers") {
    const auto expected = learnt(train, validation);
    CHECK(same(learnt(LabelledAs<Kind>{train}, LabelledAs<Kind>{validation}), expected));
    CHECK(same(learnt(LabelledAs<char>{train}, LabelledAs<std::uint8_t>{validation}), expected));
    CHECK(same(learnt(LabelledAs<std::int64_t>{train}, LabelledAs<std::size_t>{validation}), expected));
    DataSet two = drawn(50, 1);
    for (auto& label : two.labels) label = label > 0 ? 1 : 0;
    CHECK(same(learnt(LabelledAs<bool>{two}, LabelledAs<bool>{two}), learnt(two, two)));
    two.labels(3) = 7;
    const std::string refused = message_of([&] { learnt(LabelledAs<std::int64_t>{two}, validation); });
    CHECK(refused == "denim: label number 3 of the training set is 7, but the network's last layer has 3 outputs: labels go from 0 to 2");
}
