// SPDX-License-Identifier: MIT
// A field that is added to an option's type and forgotten in its description fails here: each is changed by turn.
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/training/checkpoint.hpp>

#include <doctest/doctest.h>

#include <clocale>
#include <locale>
#include <set>
#include <tuple>

using namespace denim;

namespace {

/// Any field of an aggregate.
struct Anything {
    template <class Field>
    operator Field() const;  // NOLINT: meant to convert
};

template <class Type, std::size_t... Field>
constexpr bool takes(std::index_sequence<Field...>) {
    return requires { Type{(static_cast<void>(Field), Anything{})...}; };
}

template <class Type, std::size_t Count = 20>
constexpr std::size_t field_count() {
    if constexpr (Count == 0 || takes<Type>(std::make_index_sequence<Count>{}))
        return Count;
    else
        return field_count<Type, Count - 1>();
}

template <class Type>
auto fields_of(Type& type) {
    constexpr std::size_t count = field_count<Type>();
    static_assert(count >= 1 && count <= 15, "a line more below");
    if constexpr (count == 1) { auto& [a] = type; return std::tie(a); }
    else if constexpr (count == 2) { auto& [a, b] = type; return std::tie(a, b); }
    else if constexpr (count == 3) { auto& [a, b, c] = type; return std::tie(a, b, c); }
    else if constexpr (count == 4) { auto& [a, b, c, d] = type; return std::tie(a, b, c, d); }
    else if constexpr (count == 5) { auto& [a, b, c, d, e] = type; return std::tie(a, b, c, d, e); }
    else if constexpr (count == 6) { auto& [a, b, c, d, e, f] = type; return std::tie(a, b, c, d, e, f); }
    else if constexpr (count == 7) { auto& [a, b, c, d, e, f, g] = type; return std::tie(a, b, c, d, e, f, g); }
    else if constexpr (count == 8) { auto& [a, b, c, d, e, f, g, h] = type; return std::tie(a, b, c, d, e, f, g, h); }
    else if constexpr (count == 9) { auto& [a, b, c, d, e, f, g, h, i] = type; return std::tie(a, b, c, d, e, f, g, h, i); }
    else if constexpr (count == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = type; return std::tie(a, b, c, d, e, f, g, h, i, j); }
    else if constexpr (count == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = type; return std::tie(a, b, c, d, e, f, g, h, i, j, k); }
    else if constexpr (count == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = type; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l); }
    else if constexpr (count == 13) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = type; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m); }
    else if constexpr (count == 14) {
        auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = type;
        return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    }
    else { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = type; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o); }
}

// Another value of the same kind.
void change(bool& value) { value = !value; }
template <class Number>
    requires std::is_arithmetic_v<Number>
void change(Number& value) { value = static_cast<Number>(value + 1); }
void change(Monitor& value) { value = value == Monitor::train_loss ? Monitor::validation_loss : Monitor::train_loss; }
void change(std::vector<float>& values) { values.push_back(2); }
void change(SharedNumbers& values) { values = std::vector<float>{2}; }
void change(std::vector<Loss>& values) { values.emplace_back(Focal{}); }
void change(Optimizer& value) { value = Sgd{}; }
void change(Loss& value) { value = SoftmaxCrossEntropy{.label_smoothing = 0.1f}; }
void change(Schedule& value) { value = CosineRate{}; }
void change(Averaging& value) { value = Ema{}; }
void change(Seed& value) { ++value.value; }
void change(Reading& value) { ++value.threads; }
void change(Augmentation& value) { value.flip = true; }

template <class Type>
std::string text_of(const Type& type) {
    SettingsRecord settings;
    settings("it", type);
    return settings.text();
}

/// How many fields of a type change its description.
template <class Type>
std::size_t told_fields(const Type& type, const auto& describe) {
    const std::string before = describe(type);
    std::set<std::string> texts{before};
    std::size_t told = 0;
    for (std::size_t wanted = 0; wanted < field_count<Type>(); ++wanted) {
        Type changed = type;
        std::size_t place = 0;
        std::apply([&](auto&... field) { ((place++ == wanted ? change(field) : void()), ...); }, fields_of(changed));
        told += texts.insert(describe(changed)).second;
    }
    return told;
}

template <class Type>
void check_all(const Type& type, std::size_t kept = 0) {
    INFO(detail::spelling<Type>());
    CHECK(told_fields(type, [](const Type& each) { return text_of(each); }) == field_count<Type>() - kept);
}

std::string run_of(const FitOptions& options, Samples* validation = nullptr) {
    FakeLearner learner;
    FakeSet set;
    return detail::describe_run(learner, set.samples(), validation, options, {}).text();
}

struct Commas final : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

using Net = Network<Image<6, 6, 1>, Sequential<Conv<3, 4>, BatchNorm, Dropout, Dense<2>>>;

std::string run_of(Net& network) {
    NetworkLearner learner{network, 4, {SoftmaxCrossEntropy{}}};
    FakeSet set;
    return detail::describe_run(learner, set.samples(), nullptr, {}, {}).text();
}

}  // namespace

TEST_CASE("every field of every option is told") {
    check_all(Adam{});
    check_all(AdamW{});
    check_all(Sgd{});
    check_all(RmsProp{});
    check_all(Lion{});
    check_all(SoftmaxCrossEntropy{});
    check_all(Focal{});
    check_all(BinaryCrossEntropy{});
    static_assert(std::is_empty_v<MeanSquaredError>);
    check_all(ConstantRate{});
    check_all(StepRate{});
    check_all(ExponentialRate{});
    check_all(CosineRate{});
    check_all(OneCycleRate{});
    check_all(PlateauRate{});
    check_all(Ema{});
    check_all(Swa{});
    check_all(Augmentation{});
    check_all(EarlyStopping{}, 3);  // what it knows of a run
}

TEST_CASE("every option of fit is told, the epochs where a step depends on them") {
    const auto run = [](const FitOptions& options) { return run_of(options); };
    CHECK(told_fields(FitOptions{}, run) == field_count<FitOptions>() - 2);  // nor does it change a bit how pictures are read
    CHECK(run_of({.epochs = 1}) == run_of({.epochs = 2}));
    for (FitOptions options : {FitOptions{.schedule = ConstantRate{}}, FitOptions{.averaging = Ema{}}}) {
        const std::string one = run_of(options);
        options.epochs = 2;
        CHECK(run_of(options) != one);
    }
}

TEST_CASE("the weights that a network begins with, how each layer behaves and what it learns from are told") {
    Net network{Seed{1}}, same{Seed{1}}, other{Seed{2}};
    std::set<std::string> runs{run_of(network)};
    CHECK(run_of(same) == *runs.begin());
    CHECK(runs.insert(run_of(other)).second);
    CHECK(runs.begin()->size() > 100);
    static_assert(field_count<LayerSettings>() == 4);
    const auto with = [](std::size_t entry, auto set) {
        Net changed{Seed{1}};
        changed.edit_settings([&](std::span<LayerSettings> all) { set(all[entry]); });
        return run_of(changed);
    };
    CHECK(runs.insert(with(2, [](LayerSettings& to) { to.rate = 0.25f; })).second);
    for (const std::size_t entry : {0u, 3u}) {
        CHECK(runs.insert(with(entry, [](LayerSettings& to) { to.l2 = 1e-9f; })).second);
        CHECK(runs.insert(with(entry, [](LayerSettings& to) { to.frozen = true; })).second);
        CHECK(runs.insert(with(entry, [](LayerSettings& to) { to.rate_factor = 0.5f; })).second);
    }
    CHECK(runs.insert(with(1, [](LayerSettings& to) { to.frozen = true; })).second);

    FakeSet set;
    std::set<std::string> sets{run_of(FitOptions{}), run_of(FitOptions{}, &set.samples())};
    const auto described = [](const Samples& samples) {
        SettingsRecord settings;
        detail::describe_samples(settings, "set", samples);
        return settings.text();
    };
    std::vector<std::uint8_t> bytes(8, 7);
    const std::vector<float> floats(8, 7);
    const auto samples = [&](std::vector<std::int32_t> labels, std::vector<float> numbers, bool of_floats) {
        Samples all;
        all.pictures = of_floats ? Pictures{{2, 2, 1}, 2, nullptr, floats.data()} : Pictures{{2, 2, 1}, 2, bytes.data()};
        all.kept = std::move(labels);
        all.labels = all.kept;
        all.numbers = std::move(numbers);
        return described(all);
    };
    sets.insert({samples({0, 1}, {}, false), samples({1, 0}, {}, false), samples({0, 1}, {}, true), samples({}, {0, 1}, false)});
    bytes[7] = 8;
    sets.insert(samples({0, 1}, {}, false));
    CHECK(sets.size() == 7);
}

TEST_CASE("the sum of some numbers is told in sixteen digits") {
    for (const float number : {0.0f, 1.0f, -2.5f}) {
        const std::vector<float> numbers(100, number);
        const std::string text = detail::sum_text(std::span{numbers});
        CHECK(text.size() == 4 + 16);
        CHECK(text.starts_with("sum "));
        CHECK(std::stoull(text.substr(4), nullptr, 16) == content_sum(std::span{numbers}));
    }
}

TEST_CASE("a user's own type tells what its member describe names, else its name") {
    struct Half {
        float after = 3;
        float factor(const Moment& at) const { return static_cast<float>(at.epoch()) > after ? 0.5f : 1; }
        void describe(SettingsRecord& to) const { to("after", after); }
    };
    struct Third {
        float factor(const Moment&) const { return 1.0f / 3; }
    };
    check_all(Half{});
    const auto run = [](Schedule schedule) { return run_of({.schedule = std::move(schedule)}); };
    const std::set<std::string> runs{run({}), run(Half{}), run(Half{4}), run(Third{}), run(ConstantRate{})};
    CHECK(runs.size() == 5);
}

TEST_CASE("a run is the same under another locale") {
    const FitOptions options{.epochs = 1234567, .batch = 1000, .optimizer = Adam{.rate = 0.0125f}, .schedule = CosineRate{}};
    const std::string text = run_of(options), numbers = std::setlocale(LC_NUMERIC, nullptr);
    const std::locale before = std::locale::global(std::locale{std::locale::classic(), new Commas});
    std::setlocale(LC_ALL, "de_DE.UTF-8");
    CHECK(run_of(options) == text);
    std::locale::global(before);
    std::setlocale(LC_NUMERIC, numbers.c_str());
}

TEST_CASE("the checkpoint of a run that differs in one thing is refused, which is named with both values") {
    struct Run {
        float rate = 0.5f, bright = 1;
        Loss loss = SoftmaxCrossEntropy{};
        Optimizer optimizer = Adam{};
        float l2 = 0;
        std::uint64_t seed = 0, weights = 1;
        int label = 0;
    };
    const auto train = [](const std::filesystem::path& folder, const Run& run) {
        const Array<float, 4> pictures = run.bright * xt::ones<float>({12, 6, 6, 1});
        Array<int, 1> labels = xt::zeros<int>({12});
        for (int n = 6; n < 12; ++n) labels(n) = 1;
        labels(0) = run.label;
        Net network{Seed{run.weights}};
        network.settings<2>().rate = run.rate;
        network.settings<0>().l2 = run.l2;
        fit(network, pictures, labels, {.epochs = 1, .batch = 4, .optimizer = run.optimizer, .loss = run.loss, .seed = Seed{run.seed}},
            Checkpoint{.folder = folder});
    };
    const auto refused = [&](const Run& first, const Run& second, const std::string& what) {
        const Scratch scratch;
        train(scratch / "run", first);
        CHECK(message_of([&] { train(scratch / "run", first); }) == "");
        const std::string message = message_of([&] { train(scratch / "run", second); });
        INFO(message);
        CHECK(message.find("last.checkpoint: take another folder") != std::string::npos);
        CHECK(message.find("\n    " + what) != std::string::npos);
    };
    const auto weighted = [](std::vector<float> weights) {
        return Run{.loss = SoftmaxCrossEntropy{.class_weights = std::move(weights)}};
    };
    refused({}, {.rate = 0.1f}, "2.rate: the snapshot has 0.5, this run 0.1");
    refused({}, {.bright = 0.5f}, "training.pictures: the snapshot has 12 of (6, 6, 1) as floats, sum ");
    refused({}, {.label = 1}, "training.labels: the snapshot has 12, sum ");
    refused({}, {.weights = 2}, "initial parameters: the snapshot has ");
    refused({}, {.seed = 1}, "seed: the snapshot has 0, this run 1");
    refused({}, {.l2 = 0.1f}, "0.weights.l2: the snapshot has 0, this run 0.1");
    refused(weighted({1, 1}), weighted({1, 100}), "loss.class_weights.1: the snapshot has 1, this run 100");
    refused({}, {.optimizer = Adam{.beta_2 = 0.99f}}, "optimizer.beta_2: the snapshot has 0.999, this run 0.99");
    refused({.optimizer = AdamW{.rate = 1e-4f}}, {.optimizer = AdamW{.rate = 1e-4f, .decay = 0}},
            "optimizer.decay: the snapshot has 0.004, this run 0");
}
