// SPDX-License-Identifier: MIT
// TensorBoard itself reads such logs in tests/python/sweep.py.
#include "runtime/training/fake_learner.hpp"

#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/report/tensor_board.hpp>
#include <denim/training/checkpoint.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

// All event files of a folder, one after the other.
std::string logged(const std::filesystem::path& folder) {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        const auto bytes = read_bytes(entry.path());
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    return text;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

struct Crash {
    std::size_t epoch;
    void on_batch(Run& run) const {
        if (run.epoch == epoch) throw std::runtime_error("crash");
    }
};

}  // namespace

TEST_CASE("each epoch leaves scalars, a matrix and histograms; the run its network and parameters") {
    const Scratch scratch;
    FakeLearner learner;
    learner.validation_losses = {0.5, 0.4, 0.3};
    fake_fit(learner, 3, TensorBoard{.folder = scratch / "run", .labels = {"boots", "heels"}, .parameters = {{"rate", 0.001}}});
    const std::string root = logged(scratch / "run"), train = logged(scratch / "run/train"),
                      validation = logged(scratch / "run/validation");
    CHECK(count(train, "epoch_loss") == 3);
    CHECK(count(train, "0.weights") == 3);
    CHECK(count(validation, "epoch_accuracy") == 3);
    CHECK(count(validation, "Confusion Matrix") == 3);
    CHECK(count(root, "_hparams_/session_start_info") == 1);
    CHECK(count(root, "_hparams_/session_end_info") == 1);
    CHECK(count(root, "a fake") == 1);
}

TEST_CASE("what an epoch logged is there when the run dies in the next, and a run without validation has no matrix") {
    const Scratch scratch;
    FakeLearner learner, again;
    CHECK_THROWS(fake_fit(learner, 5, TensorBoard{.folder = scratch / "run", .histograms_every = 2}, Crash{3}));
    CHECK(count(logged(scratch / "run/train"), "epoch_loss") == 2);
    CHECK(count(logged(scratch / "run/train"), "0.weights") == 1);
    CHECK(count(logged(scratch / "run"), "_hparams_/session_end_info") == 0);
    CHECK(count(logged(scratch / "run/validation"), "Confusion Matrix") == 0);
}

TEST_CASE("a run that goes on says from which epoch") {
    const Scratch scratch;
    FakeLearner first, second;
    CHECK_THROWS(fake_fit(first, 5, TensorBoard{scratch / "run"}, Checkpoint{.folder = scratch / "kept", .every_epochs = 1}, Crash{4}));
    CHECK(fake_fit(second, 5, TensorBoard{scratch / "run"}, Checkpoint{.folder = scratch / "kept", .every_epochs = 1}).epochs.size() == 5);
    CHECK(count(logged(scratch / "run/train"), "epoch_loss") == 5);
}

TEST_CASE("a network of several heads has a matrix for each, and goes on from its checkpoint with the same bits") {
    using Two = Network<Image<4, 4, 1>, Sequential<Heads<Dense<2>, Dense<3>>>>;
    const Scratch scratch;
    Array<std::uint8_t, 4> images(std::array<std::size_t, 4>{12, 4, 4, 1}, std::uint8_t{9});
    Array<std::int32_t, 2> labels(std::array<std::size_t, 2>{12, 2}, 1);
    for (std::size_t n = 0; n < 12; ++n) images(n, n % 4, 1, 0) = static_cast<std::uint8_t>(20 * n);
    labels(3, 0) = labels(4, 1) = no_label;
    labels(5, 1) = 2;
    const LabelledPair set{images, labels};
    const FitOptions options{.epochs = 4, .batch = 5, .seed = Seed{2}, .head_weights = {1, 0.5f}};
    Two whole, dies, goes_on;
    fit(whole, set, set, options);
    CHECK_THROWS(fit(dies, set, set, options, TensorBoard{scratch / "run"}, Checkpoint{.folder = scratch / "kept", .every_epochs = 1}, Crash{3}));
    fit(goes_on, set, set, options, TensorBoard{.folder = scratch / "run", .labels = {"boots", "heels"}}, Checkpoint{.folder = scratch / "kept", .every_epochs = 1});
    CHECK(std::ranges::equal(whole.parameters(), goes_on.parameters()));
    const std::string validation = logged(scratch / "run/validation");
    CHECK(count(validation, "Confusion Matrix, head 0") == 4);
    CHECK(count(validation, "Confusion Matrix, head 1") == 4);
    FitOptions other = options;
    other.head_weights = {1, 1};
    Two differs;
    CHECK_THROWS(fit(differs, set, set, other, Checkpoint{.folder = scratch / "kept", .every_epochs = 1}));
}

TEST_CASE("a folder that cannot be written is an error before the first batch; others may log below one that is missing") {
    const Scratch scratch;
    write_bytes(scratch / "file", {});
    struct Count {
        std::size_t batches = 0;
        void on_batch(Run&) { ++batches; }
    } batches;
    FakeLearner learner;
    CHECK_THROWS_AS(fake_fit(learner, 1, batches, TensorBoard{scratch / "file/run"}), FileError);
    CHECK(batches.batches == 0);
    CHECK_NOTHROW(fake_fit(learner, 1, CsvLog{scratch / "logs/table.csv"}, TensorBoard{scratch / "logs"}));
}
