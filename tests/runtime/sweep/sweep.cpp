// SPDX-License-Identifier: MIT
// Four networks on drawn photographs, kills and TensorBoard: tests/python/sweep.py.
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>
#include <denim/sweep/sweep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace denim;

namespace {

template <std::size_t Outputs>
using Family = Network<Image<4, 4, 1>, Sequential<Dense<Outputs, ReLU>, Dense<2>>>;
template <std::size_t Outputs>
using WithDropout = Network<Image<4, 4, 1>, Sequential<Dense<Outputs, ReLU>, Dropout, Dense<2>>>;

struct Set {
    Array<std::uint8_t, 4> images = Array<std::uint8_t, 4>(std::array<std::size_t, 4>{40, 4, 4, 1});
    Array<std::int32_t, 1> labels = Array<std::int32_t, 1>(std::array<std::size_t, 1>{40});
    explicit Set(std::uint64_t seed) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < 40; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 2);
            for (std::size_t k = 0; k < 16; ++k)
                images.data()[n * 16 + k] =
                    static_cast<std::uint8_t>(random.below(100) + (n % 2 == (k < 8 ? 1u : 0u) ? 100 : 0));
        }
    }
};

/// The same, which nobody sees.
struct Source {
    const Set& set;
    [[nodiscard]] std::size_t size() const { return 40; }
    [[nodiscard]] Shape shape() const { return {4, 4, 1}; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return set.labels(index); }
    void read(std::size_t index, std::uint8_t* to) const { std::copy_n(set.images.data() + 16 * index, 16, to); }
};

}  // namespace

TEST_CASE("a sweep over types, rates, L2 and seeds; what is done is not done again; side by side gives the same bits") {
    const Scratch scratch;
    const Set train{1}, validation{2};
    SweepOptions options{.log = scratch / "logs",
                         .axes = {"outputs"},
                         .rates = {0.001f, 0.01f},
                         .l2 = {0, 0.5f},
                         .repeats = 2,
                         .epochs = 3,
                         .batch = 8,
                         .progress = nullptr};
    const auto results = [](const SweepTable& table) {
        std::map<std::string, double> all;
        for (const SweepRow& row : table.rows)
            for (const SweepRun& run : row.runs) all[run.folder] = run.best().validation.loss;
        return all;
    };
    const SweepTable table = sweep<Family, Values<3, 4>>(train, validation, options);
    REQUIRE(table.rows.size() == 8);
    const auto first = results(table);
    CHECK(first.size() == 16);
    CHECK(first.contains("outputs=4,rate=0.01,l2=0.5,seed=2"));
    for (std::size_t n = 1; n < table.rows.size(); ++n)
        CHECK(table.rows[n - 1].accuracy().mean >= table.rows[n].accuracy().mean);
    CHECK(std::filesystem::exists(scratch / "logs/outputs=3,rate=0.001,l2=0,seed=1/best.safetensors"));
    CHECK_FALSE(std::filesystem::exists(scratch / "logs/outputs=3,rate=0.001,l2=0,seed=1/last.checkpoint"));

    const auto before = std::filesystem::last_write_time(scratch / "logs/outputs=3,rate=0.001,l2=0,seed=1/best.safetensors");
    CHECK(results(sweep<Family, Values<3, 4>>(train, validation, options)) == first);
    CHECK(std::filesystem::last_write_time(scratch / "logs/outputs=3,rate=0.001,l2=0,seed=1/best.safetensors") == before);

    options.log = scratch / "beside";
    options.side_by_side = 3;
    CHECK(results(sweep<Family, Values<3, 4>>(train, validation, options)) == first);
    options.log = scratch / "sources";
    CHECK(results(sweep<Family, Values<3, 4>>(Source{train}, Source{validation}, options)) == first);
    options.log = scratch / "beside";

    options.epochs = 4;
    const std::string message = message_of([&] { sweep<Family, Values<3, 4>>(train, validation, options); });
    CHECK(message.find("finished.snapshot") != std::string::npos);
    CHECK(message.find("epochs of the sweep: the snapshot has 3, this run 4") != std::string::npos);
}

TEST_CASE("a run of other settings or sets is not taken for this one, and rates that are almost alike are two") {
    const Scratch scratch;
    const Set train{1}, validation{2}, test{3}, other{4};
    const SweepOptions options{.log = scratch / "logs", .epochs = 2, .batch = 8, .progress = nullptr};
    const auto go = [&](const Set& learned, const Set& validated, const Set& tested, const SweepOptions& with) {
        return message_of([&] { sweep(Grid<Family, Values<3>>{}, learned, validated, tested, with); });
    };
    CHECK(go(train, validation, test, options) == "");
    CHECK(go(train, validation, test, options) == "");
    const auto refused = [&](const std::string& what, const std::string& message) {
        INFO(message);
        CHECK(message.find("finished.snapshot: this run was made with other options or sets") != std::string::npos);
        CHECK(message.find("\n    " + what) != std::string::npos);
    };
    refused("training.pictures: the snapshot has 40 of (4, 4, 1) as bytes, sum ", go(other, validation, test, options));
    refused("validation.pictures: ", go(train, other, test, options));
    refused("test.pictures: ", go(train, validation, other, options));
    const auto with = [&](auto change) {
        SweepOptions changed = options;
        change(changed);
        return go(train, validation, test, changed);
    };
    refused("optimizer: the snapshot has Adam, this run Sgd",
            with([](SweepOptions& to) { to.optimizer = [](float rate) { return Optimizer{Sgd{.rate = rate}}; }; }));
    refused("optimizer.beta_2: the snapshot has 0.999, this run 0.99", with([](SweepOptions& to) {
                to.optimizer = [](float rate) { return Optimizer{Adam{.rate = rate, .beta_2 = 0.99f}}; };
            }));
    refused("augmentation.flip: the snapshot has false, this run true", with([](SweepOptions& to) { to.augmentation.flip = true; }));
    refused("batch: the snapshot has 8, this run 9", with([](SweepOptions& to) { to.batch = 9; }));
    refused("EarlyStopping.patience: the snapshot has 2, this run 3", with([](SweepOptions& to) { to.patience = 3; }));
    refused("Checkpoint.labels.0: the snapshot has nothing, this run a", with([](SweepOptions& to) { to.labels = {"a", "b"}; }));
    CHECK(message_of([&] { sweep(Grid<Family, Values<3>>{}, train, validation, options); })
              .find("test: the snapshot has nothing, this run none") != std::string::npos);

    SweepOptions alike = options;
    alike.rates = {0.012345671f, 0.012345679f};
    const SweepTable table = sweep(Grid<Family, Values<3>>{}, train, validation, test, alike);
    CHECK(table.rows[0].runs[0].folder != table.rows[1].runs[0].folder);
    CHECK(table.rows[0].runs[0].best().validation.loss != table.rows[1].runs[0].best().validation.loss);
    CHECK(with([](SweepOptions& to) { to.rates = {0.01f, 0.01f}; }).find("two runs would have the folder") != std::string::npos);
}

TEST_CASE("L2 and dropout of a sweep arrive: each gives weights of its own, those of a fit with these settings") {
    const Scratch scratch;
    const Set train{1}, validation{2};
    using Net = WithDropout<4>;
    SweepOptions options{.log = scratch / "logs",
                         .l2 = {0, 0.1f},
                         .dropout = {0.1f, 0.5f},
                         .epochs = 3,
                         .batch = 8,
                         .patience = 100,
                         .progress = nullptr};
    std::vector<std::vector<float>> all;
    for (const SweepRow& row : sweep<WithDropout, Values<4>>(train, validation, options).rows) {
        const auto kept = load<Net>(options.log / row.runs[0].folder / "best.safetensors");
        Net network{Seed{1}};
        const auto value = [&](const char* name) { return static_cast<float>(std::get<double>(row.parameters.at(name))); };
        network.settings<0>().l2 = network.settings<2>().l2 = value("l2");
        network.settings<1>().rate = value("dropout");
        fit(network, train, validation, {.epochs = 3, .batch = 8, .seed = Seed{1}}, EarlyStopping{.patience = 100});
        CHECK(std::ranges::equal(kept.parameters(), network.parameters()));
        for (const auto& other : all) CHECK_FALSE(std::ranges::equal(kept.parameters(), other));
        all.emplace_back(kept.parameters().begin(), kept.parameters().end());
    }
    CHECK(all.size() == 4);
}

TEST_CASE("options of a sweep that would make no run, two of one, or no difference are refused before the first run") {
    const Scratch scratch;
    const Set train{1}, validation{2};
    const auto refuses = [&](const std::string& part, SweepOptions options) {
        options.log = scratch / "logs";
        options.progress = nullptr;
        const std::string message = message_of([&] { sweep<Family, Values<3>>(train, validation, options); });
        INFO(message);
        CHECK(message.find(part) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(scratch / "logs"));
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    refuses("but got 1, 0, 1, 1 and 1", {.log = {}, .rates = {}});
    refuses("but got 1, 1, 1, 1 and 0", {.log = {}, .repeats = 0});
    refuses("sweep: l2 was expected as a finite number of at least 0, but is nan", {.log = {}, .l2 = {0, nan}});
    refuses("sweep: dropout was expected from 0 to less than 1, but is 1", {.log = {}, .dropout = {1}});
    refuses("sweep: a rate was expected as a finite number of at least 0, but is -1", {.log = {}, .rates = {1e-3f, -1}});
    refuses("names of at most 1 axes were expected, as the networks have, but 2 came", {.log = {}, .axes = {"outputs", "filters"}});
    refuses("the optimizers for the rates 0.001 and 0.01 both learn at 0.001", {.log = {}, .rates = {1e-3f, 1e-2f}, .optimizer = [](float) { return Adam{}; }});
    refuses("rate=0.001,seed=1; expected networks", {.log = {}, .rates = {1e-3f, 1e-3f}});
}

TEST_CASE("a test set scores the weights that were kept, now and when the run is done already; dropout is an axis") {
    const Scratch scratch;
    const Set train{1}, validation{2}, test{3};
    const SweepOptions options{.log = scratch / "logs", .dropout = {0.1f, 0.9f}, .epochs = 3, .batch = 8, .progress = nullptr};
    const SweepTable table = sweep(Grid<Family, Values<4>>{}, train, validation, test, options);
    REQUIRE(table.rows.size() == 2);
    CHECK(table.tested());
    for (const SweepRow& row : table.rows) {
        const auto kept = load<Family<4>>(options.log / row.runs[0].folder / "best.safetensors");
        CHECK(row.runs[0].test.accuracy == evaluate(kept, test).accuracy);
        CHECK(row.parameters.contains("dropout"));
    }
    const SweepTable again = sweep(Grid<Family, Values<4>>{}, train, validation, test, options);
    CHECK(again.rows[0].runs[0].test.loss == table.rows[0].runs[0].test.loss);
    std::ostringstream text;
    text << table;
    CHECK(text.str().find("test accuracy") != std::string::npos);
}

TEST_CASE("points made apart, one after another, are the grid: the same settings in the same folders, with the same bits") {
    const Scratch scratch;
    const Set train{1}, validation{2}, test{3};
    SweepOptions options{.log = scratch / "whole", .axes = {"outputs"}, .epochs = 2, .batch = 8, .progress = nullptr};
    const SweepTable whole = sweep(Grid<Family, Values<3, 4>>{}, train, validation, test, options);

    std::vector<SweepPoint> points = sweep_points(Grid<Family, Values<4>>{});
    for (const auto& point : sweep_points(Grid<Family, Values<3>>{})) points.push_back(point);
    REQUIRE(points.size() == 2);
    CHECK(points[0].values == std::vector<std::size_t>{4});
    CHECK(points[0].numbers == Family<4>::parameter_count);
    options.log = scratch / "parts";
    const SweepTable parts = sweep(points, train, validation, test, options);
    REQUIRE(parts.rows.size() == 2);
    for (const SweepRow& row : whole.rows) {
        const auto same = std::ranges::find(parts.rows, row.name, &SweepRow::name);
        REQUIRE(same != parts.rows.end());
        CHECK(same->numbers == row.numbers);
        CHECK(same->runs[0].folder == row.runs[0].folder);
        CHECK(same->runs[0].best().validation.loss == row.runs[0].best().validation.loss);
        CHECK(same->runs[0].test.loss == row.runs[0].test.loss);
    }
}
