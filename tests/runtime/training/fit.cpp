// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"
#include "messages.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Small = Network<Image<12, 12, 1>, Sequential<Conv<3, 8>, MaxPool, BatchNorm, Dropout, Dense<3>>>;

// Bright above, bright to the left, or dark: three classes that a small network learns at once.
struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    explicit Set(std::size_t count, std::uint64_t seed = 1)
        : images(std::array<std::size_t, 4>{count, 12, 12, 1}), labels(std::array<std::size_t, 1>{count}) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 3);
            for (std::size_t y = 0; y < 12; ++y)
                for (std::size_t x = 0; x < 12; ++x)
                    images(n, y, x, 0) =
                        static_cast<std::uint8_t>(random.below(90) + ((labels(n) == 0 && y < 6) || (labels(n) == 1 && x < 6) ? 120 : 0));
        }
    }
};

bool same_bits(std::span<const float> a, std::span<const float> b) { return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0; }

struct CountCalls {
    int begun = 0, batches = 0, epochs = 0, ended = 0;
    void on_begin(Run&) { ++begun; }
    void on_batch(Run&) { ++batches; }
    void on_epoch(Run&) { ++epochs; }
    void on_end(Run&) { ++ended; }
};

// Of a user's own, without a list of settings.
struct OwnOptimizer {
    float rate = 0;
    static constexpr std::size_t state_arrays = 0;
    void apply(const Update&) const {}
};
struct Downwards {
    float factor(const Moment&) const { return -1; }
};
struct Twice {
    double share(const Moment&) const { return 2; }
};
struct SetRate {
    float rate;
    void on_begin(Run& run) const { run.rate = rate; }
};

struct StopAfter {
    std::size_t batches;
    void on_batch(Run& run) const { run.stop = run.stop || run.batch == batches; }
};

}  // namespace

TEST_CASE("a network learns, with every optimizer") {
    const Set train{150}, validation{60, 2};
    for (const Optimizer& optimizer :
         {Optimizer{Adam{.rate = 3e-3f}}, Optimizer{AdamW{.rate = 3e-3f, .decay = 0.01f}}, Optimizer{RmsProp{.rate = 2e-3f}}, Optimizer{Lion{.rate = 3e-4f}},
          Optimizer{Sgd{.rate = 0.05f, .momentum = 0.9f}}, Optimizer{Sgd{.rate = 0.05f, .momentum = 0.9f, .nesterov = true}}}) {
        Small network{Seed{1}};
        const History history = fit(network, train, validation, {.epochs = 12, .batch = 16, .optimizer = optimizer});
        REQUIRE(history.epochs.size() == 12);
        CHECK(history.epochs.back().train.loss < 0.5 * history.epochs.front().train.loss);
        CHECK(evaluate(network, validation).accuracy > 0.95);
    }
}

TEST_CASE("the same seed gives the same bits for any number of threads, another seed gives others") {
    const testing::KeptThreads kept_threads;
    const Set train{70};
    std::vector<float> first;
    set_serial_threshold(0);
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        Small network{Seed{1}};
        fit(network, train, {.epochs = 2, .batch = 32, .seed = Seed{9}});
        if (first.empty()) first.assign(network.parameters().begin(), network.parameters().end());
        CHECK(same_bits(network.parameters(), first));
    }
    Small other{Seed{1}};
    fit(other, train, {.epochs = 2, .batch = 32, .seed = Seed{10}});
    CHECK_FALSE(same_bits(other.parameters(), first));
}

TEST_CASE("clipping, a schedule and averaged weights change what is learnt, the same for any number of threads") {
    const testing::KeptThreads kept_threads;
    const Set train{70}, validation{30, 2};
    const auto learnt = [&](FitOptions options) {
        options.epochs = 3;
        options.batch = 32;
        options.seed = Seed{9};
        Small network{Seed{1}};
        const History history = fit(network, train, validation, options);
        CHECK(evaluate(network, validation).loss == history.epochs.back().validation.loss);
        return std::vector<float>(network.parameters().begin(), network.parameters().end());
    };
    const FitOptions all{.schedule = CosineRate{.warm_up = 2}, .clip_norm = 0.5, .averaging = Ema{.momentum = 0.75}};
    set_serial_threshold(0);
    std::vector<float> first;
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        const std::vector<float> parameters = learnt(all);
        if (first.empty()) first = parameters;
        CHECK(same_bits(parameters, first));
    }
    CHECK_FALSE(same_bits(learnt({.schedule = all.schedule, .clip_norm = 0.5}), first));
    CHECK_FALSE(same_bits(learnt({.schedule = all.schedule, .averaging = all.averaging}), first));
    CHECK_FALSE(same_bits(learnt({.clip_norm = 0.5, .averaging = all.averaging}), first));
    Small network{Seed{1}};
    CHECK(message_of([&] { fit(network, train, {.clip_norm = -1}); }).find("clip_norm of at least 0") != std::string::npos);
}

TEST_CASE("augmentation changes what a network sees, the same for any number of threads") {
    const testing::KeptThreads kept_threads;
    const Set train{70};
    const auto learnt = [&](const Augmentation& augmentation) {
        Small network{Seed{1}};
        fit(network, train, {.epochs = 2, .batch = 16, .seed = Seed{9}, .augmentation = augmentation});
        return std::vector<float>(network.parameters().begin(), network.parameters().end());
    };
    set_serial_threshold(0);
    std::vector<float> first;
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        const std::vector<float> parameters = learnt({.flip = true, .shift = 0.2f});
        if (first.empty()) first = parameters;
        CHECK(same_bits(parameters, first));
    }
    CHECK_FALSE(same_bits(learnt({.flip = true}), first));
    CHECK_FALSE(same_bits(learnt({}), first));
    Small network{Seed{1}};
    const Array<float, 4> floats = train.images;
    CHECK(message_of([&] { fit(network, floats, train.labels, {.epochs = 1, .augmentation = {.flip = true}}); }).find("floats") != std::string::npos);
}

TEST_CASE("balanced classes come equally often, whatever the set has of each") {
    const Set all{90};
    Set train{34};
    for (std::size_t n = 0, from = 0; n < 34; ++n, ++from) {  // 30 of the first class, two of each other
        while (n >= 4 && all.labels(from % 90) != 0) ++from;
        const std::size_t place = n < 4 ? 1 + n % 2 + 3 * (n / 2) : from % 90;
        train.labels(n) = all.labels(place);
        std::copy_n(&all.images(place, 0, 0, 0), 144, &train.images(n, 0, 0, 0));
    }
    std::vector<std::int32_t> classes{train.labels.begin(), train.labels.end()};
    REQUIRE(std::ranges::count(classes, 0) == 30);
    const Set test{60, 2};
    const auto accuracy = [&](bool balanced) {
        Small network{Seed{1}};
        fit(network, train, {.epochs = 10, .batch = 16, .seed = Seed{3}, .balanced = balanced});
        return evaluate(network, test).accuracy;
    };
    const double balanced = accuracy(true), plain = accuracy(false);
    CHECK(balanced > plain);
    CHECK(balanced == accuracy(true));
    Small network{Seed{1}};
    CHECK(message_of([&] { fit(network, train, {.shuffle = false, .balanced = true}); }).find("one label each, but got .shuffle = false") !=
          std::string::npos);
}

TEST_CASE("callbacks hear everything, and may end a run") {
    const Set train{50};
    Small network{Seed{1}};
    CountCalls calls;
    fit(network, train, {.epochs = 3, .batch = 16}, calls);
    CHECK(calls.begun == 1);
    CHECK(calls.batches == 12);
    CHECK(calls.epochs == 3);
    CHECK(calls.ended == 1);
    CountCalls fewer;
    const History history = fit(network, train, {.epochs = 3, .batch = 16}, StopAfter{2}, fewer);
    CHECK(history.epochs.size() == 1);
    CHECK(fewer.batches == 2);
    CHECK(fewer.ended == 1);
}

TEST_CASE("EarlyStopping ends after its patience and gives back the best weights") {
    const Set train{60}, validation{30, 2};
    Small network{Seed{1}};
    std::vector<std::vector<float>> after_epoch;
    struct Remember {
        std::vector<std::vector<float>>& all;
        void on_epoch(Run& run) const { all.emplace_back(run.learner.parameters().begin(), run.learner.parameters().end()); }
    };
    const History history = fit(network, train, validation, {.epochs = 60, .batch = 16, .optimizer = Sgd{.rate = 1.5f}}, Remember{after_epoch},
                                EarlyStopping{.patience = 3});
    std::size_t best = 0;
    for (std::size_t n = 0; n < history.epochs.size(); ++n)
        if (history.epochs[n].validation.loss < history.epochs[best].validation.loss) best = n;
    CHECK(history.best_epoch == best + 1);
    CHECK(same_bits(network.parameters(), after_epoch[best]));
    if (history.epochs.size() < 60) CHECK(history.epochs.size() == best + 1 + 3);
    CHECK(message_of([&] { fit(network, train, {.epochs = 1}, EarlyStopping{}); }).find("validation") != std::string::npos);
}

TEST_CASE("frozen layers keep their bits, the others learn; L2 pulls weights to zero") {
    const Set train{40};
    Small network{Seed{1}};
    network.freeze<0>();
    network.freeze<2>();
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    fit(network, train, {.epochs = 1, .batch = 16});
    for (const Row& row : network.rows()) {
        INFO(row.name);
        CHECK(same_bits(network.parameters().subspan(row.offset, row.size()), std::span{before}.subspan(row.offset, row.size())) !=
              (row.name[0] == '4'));
    }
    const auto norm = [](const Small& of) {
        double sum = 0;
        const auto weights = of.layer<0>().weights();
        for (const float weight : weights) sum += static_cast<double>(weight) * static_cast<double>(weight);
        return sum;
    };
    Small free{Seed{1}}, pulled{Seed{1}};
    pulled.settings<0>().l2 = 1;
    fit(free, train, {.epochs = 3, .batch = 16});
    fit(pulled, train, {.epochs = 3, .batch = 16});
    CHECK(norm(pulled) < 0.98 * norm(free));
}

TEST_CASE("what cannot be learnt from is an error with both sides, and the network stays as it was") {
    Small network{Seed{1}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    const auto refuses = [&](const std::string& part, auto act) {
        const std::string message = message_of(act);
        INFO(message);
        CHECK(message.find(part) != std::string::npos);
        CHECK(same_bits(network.parameters(), before));
    };
    Set good{20};
    refuses("the training set is empty; at least one picture was expected", [&] { fit(network, Set{0}, {}); });
    refuses("the training set has 20 pictures, but 19 labels", [&] { fit(network, good.images, Array<int, 1>(std::array<std::size_t, 1>{19}, 0), {}); });
    refuses("at least 1 epoch", [&] { fit(network, good, {.epochs = 0}); });
    refuses("at least 1 epoch", [&] { fit(network, good, {.epochs = 1, .batch = 0}); });
    for (const int wrong : {-1, 3}) {
        Set set{20};
        set.labels(7) = wrong;
        refuses("label number 7 of the training set is " + std::to_string(wrong) + ", but the network's last layer has 3 outputs: labels go from 0 to 2",
                [&] { fit(network, set, {}); });
        refuses("label number 7 of the validation set", [&] { fit(network, good, set, {}); });
    }
    Array<float, 4> floats = xt::zeros<float>({20, 12, 12, 1});
    floats(13, 2, 3, 0) = std::numeric_limits<float>::quiet_NaN();
    refuses("picture 13 holds a number that is not finite at row 2, column 3", [&] { fit(network, floats, good.labels, {.batch = 20}); });
    refuses("(20, 12, 12, 1)", [&] {
        Network<Image<12, 12, 3>, Sequential<Dense<3>>> other;
        fit(other, good, {});
    });
}

TEST_CASE("a setting that is not accepted is refused before anything changes") {
    const Set train{20}, validation{10, 2};
    Small network{Seed{1}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    const auto refuses = [&](const std::string& part, const FitOptions& options, auto... callbacks) {
        const std::string message = message_of([&] { fit(network, train, validation, options, callbacks...); });
        INFO(message);
        CHECK(message.find(part) != std::string::npos);
        CHECK(same_bits(network.parameters(), before));
    };
    const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    for (const float rate : {nan, infinity, -1e-3f})
        for (const Optimizer& optimizer : {Optimizer{Adam{.rate = rate}}, Optimizer{AdamW{.rate = rate}}, Optimizer{Sgd{.rate = rate}},
                                           Optimizer{RmsProp{.rate = rate}}, Optimizer{Lion{.rate = rate}}, Optimizer{OwnOptimizer{.rate = rate}}})
            refuses("rate was expected as a finite number of at least 0, but is " + shortest_text(rate), {.optimizer = optimizer});
    refuses("Adam: beta_1 was expected from 0 to less than 1, but is 1", {.optimizer = Adam{.beta_1 = 1}});
    refuses("Sgd: momentum was expected from 0 to less than 1, but is 1.5", {.optimizer = Sgd{.momentum = 1.5f, .decay = -1}});
    refuses("Sgd: decay was expected as a finite number of at least 0, but is -1", {.optimizer = Sgd{.decay = -1}});
    refuses("RmsProp: epsilon was expected as a finite number above 0, but is 0", {.optimizer = RmsProp{.epsilon = 0}});
    for (const double norm : {static_cast<double>(nan), static_cast<double>(infinity), -1.0})
        refuses("a finite clip_norm of at least 0 was expected, but got " + shortest_text(norm), {.clip_norm = norm});
    refuses("epochs was expected from 1 to 4294967295", {.epochs = static_cast<std::size_t>(-1)});
    refuses("Focal: gamma was expected", {.loss = Focal{.gamma = nan}});
    refuses("Focal: alpha was expected as a finite number above 0, but is -1", {.loss = Focal{.alpha = -1}});
    refuses("SoftmaxCrossEntropy: label_smoothing was expected from 0 to 1, but is nan", {.loss = SoftmaxCrossEntropy{.label_smoothing = nan}});
    refuses("class_weights were expected as finite numbers of at least 0, but one is inf", {.loss = SoftmaxCrossEntropy{.class_weights = {1, 1, infinity}}});
    refuses("class_weights above 0 were expected, but all are 0", {.loss = SoftmaxCrossEntropy{.class_weights = {0, 0, 0}}});
    refuses("StepRate: every was expected as a finite number of at least 1, but is 0", {.schedule = StepRate{.every = 0}});
    refuses("CosineRate: last was expected from 0 to 1, but is nan", {.schedule = CosineRate{.last = nan}});
    refuses("ConstantRate: a warm-up of 18446744073709551615 steps was asked for, but the run has only 4",
            {.epochs = 2, .batch = 10, .schedule = ConstantRate{.warm_up = static_cast<std::size_t>(-1)}});
    refuses("OneCycleRate: rising was expected from 0 to 1, but is 1.5", {.schedule = OneCycleRate{.rising = 1.5f}});
    refuses("PlateauRate: by was expected from above 0 to less than 1, but is 1", {.schedule = PlateauRate{.by = 1}});
    refuses("Ema: momentum was expected from 0 to less than 1, but is 1", {.averaging = Ema{.momentum = 1}});
    refuses("Swa: first_epoch was expected as a finite number of at least 1, but is 0", {.averaging = Swa{.first_epoch = 0}});
    refuses("Swa: the average begins with epoch 10, but the run has only 3", {.epochs = 3, .averaging = Swa{}});
    refuses("Augmentation: shift was expected from 0 to 1, but is nan", {.augmentation = {.shift = nan}});
    refuses("Augmentation: saturation and hue are of pictures with 3 channels, but got 1", {.augmentation = {.hue = 10}});
    refuses("EarlyStopping: minimum_improvement was expected", {}, EarlyStopping{.minimum_improvement = static_cast<double>(nan)});
    CHECK(message_of([&] { fit(network, train, {}, EarlyStopping{}); }).find("EarlyStopping watches a validation score") != std::string::npos);
    CHECK(same_bits(network.parameters(), before));
    CHECK(message_of([&] { evaluate(network, train, SoftmaxCrossEntropy{.class_weights = {1}}); }).find("but 1 class_weights came") !=
          std::string::npos);
}

TEST_CASE("what a schedule or a callback makes of the rate arrives, or is refused") {
    const Set train{20};
    const auto message = [&](const FitOptions& options, auto callback) {
        Small network{Seed{1}};
        return message_of([&] { fit(network, train, options, callback); });
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(message({}, SetRate{0.5f}).empty());
    CHECK(message({}, SetRate{nan}) == "denim: fit: the rate of a step was expected as a finite number of at least 0, but is nan");
    CHECK(message({.schedule = CosineRate{}}, SetRate{0.5f}) ==
          "denim: fit: a callback has set the rate to 0.5, but the schedule sets it anew for each step; leave one of the two out");
    CHECK(message({.schedule = Downwards{}}, SetRate{1e-3f}).find("the rate of a step was expected as a finite number of at least 0, but is -") !=
          std::string::npos);
    CHECK(message({.averaging = Twice{}}, SetRate{1e-3f}).find("the share of a step's weights was expected from 0 to 1, but is 2") != std::string::npos);
}

TEST_CASE("a batch larger than the set is the whole set, however large") {
    const Set train{20};
    const auto learnt = [&](std::size_t batch) {
        Small network{Seed{1}};
        fit(network, train, {.epochs = 2, .batch = batch});
        return std::vector<float>(network.parameters().begin(), network.parameters().end());
    };
    const std::vector<float> whole = learnt(20);
    CHECK(learnt(1000) == whole);
    CHECK(learnt(static_cast<std::size_t>(-1)) == whole);
    CHECK_FALSE(same_bits(Small{Seed{1}}.parameters(), whole));
    CHECK(batches_of(20, static_cast<std::size_t>(-1)) == 1);
    CHECK(batches_of(20, 7) == 3);
    CHECK(batches_of(21, 7) == 3);
    CHECK(batches_of(0, 7) == 0);
}

TEST_CASE("a loss that is not finite ends the run before its step changes anything") {
    Set set{16};
    Small network{Seed{1}};
    network.edit([](auto& layers) { layers.template get<4>().weights()(0, 0) = std::numeric_limits<float>::quiet_NaN(); });
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    CHECK(message_of([&] { fit(network, set, {.batch = 16}); }).find("loss of step 0 is not a finite number") != std::string::npos);
    CHECK(same_bits(network.parameters(), before));
}

TEST_CASE("gradients, rates and weights that would not be finite end the run before its step changes anything") {
    const Set set{16};
    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    struct SetRate {
        float rate;
        void on_begin(Run& run) const { run.rate = rate; }
    };
    struct Wild {
        float by;
        float factor(const Moment& at) const { return at.step == 0 ? by : 1; }
    };
    const Small good{Seed{1}};
    const auto refuses = [&](const std::string& words, auto act) {
        Small network{Seed{1}};
        const std::string message = message_of([&] { act(network); });
        INFO(message);
        CHECK(message.find(words) != std::string::npos);
        CHECK(same_bits(network.parameters(), good.parameters()));
    };
    for (const float rate : {nan, infinity, -infinity}) {
        refuses("the rate of a step was expected as a finite number", [&](Small& network) { fit(network, set, {.batch = 16}, SetRate{rate}); });
        refuses("the rate of a step was expected as a finite number", [&](Small& network) { fit(network, set, {.batch = 16, .schedule = Wild{rate}}); });
    }
    for (const Optimizer& optimizer : {Optimizer{Sgd{.rate = 3e38f}}, Optimizer{Sgd{.rate = 3e38f, .momentum = 0.9f, .nesterov = true}}})
        refuses("would leave a number that is not finite", [&](Small& network) {
            fit(network, set, {.batch = 16, .optimizer = optimizer, .head_weights = {1e6f}});
        });
    // The square of the gradient, which Adam keeps: without it no parameter would ever move again.
    for (const Optimizer& optimizer : {Optimizer{Adam{}}, Optimizer{RmsProp{}}})
        refuses("would leave a number that is not finite", [&](Small& network) {
            fit(network, set, {.batch = 16, .optimizer = optimizer, .head_weights = {1e25f}});
        });

    // Hidden values of 0, and weights behind them whose sum leaves the range: the loss is finite, the gradient is not.
    using Steep = Network<Image<2, 2, 1>, Sequential<Conv<1, 2, Linear>, Dense<4, Linear>, Dense<8>>>;
    for (const double clip : {0.0, 1.0}) {
        Steep network{Seed{1}};
        network.edit_parameters([&](std::span<float> numbers) {
            const auto& rows = network.rows();
            for (std::size_t n = rows[2].offset; n < numbers.size(); ++n) numbers[n] = 0;
            for (std::size_t o = 0; o < 8; ++o) numbers[rows[4].offset + o] = o == 0 ? -3e38f : 3e38f;
        });
        const std::vector<float> before(network.parameters().begin(), network.parameters().end());
        const Array<float, 4> images = 4 * xt::ones<float>({1, 2, 2, 1});
        const Array<std::int32_t, 1> labels = xt::zeros<std::int32_t>({1});
        CHECK_THROWS_AS(fit(network, images, labels, {.batch = 4, .optimizer = Sgd{.rate = 1e-3f}, .clip_norm = clip}), GradientNotFinite);
        CHECK(same_bits(network.parameters(), before));
        StopOnNaN stop{nullptr};
        CHECK_NOTHROW(fit(network, images, labels, {.batch = 4, .optimizer = Sgd{.rate = 1e-3f}, .clip_norm = clip}, stop));
        CHECK(stop.stopped());
        CHECK(same_bits(network.parameters(), before));
    }
}
