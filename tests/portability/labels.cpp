// SPDX-License-Identifier: MIT
// Prints what every compiler, standard, vector unit and -ffast-math must agree on: labels of random pictures from fresh weights and of
// three patterns from a network that learned them, that logits are near those of double precision, that a training run which diverges
// is told so, and where numbers that are none come through.
#include <denim/denim.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Fresh = Network<Image<24, 20, 3>,
                      Sequential<Conv<5, 16>, MaxPool, Conv<3, 24, Same>, BatchNorm, Residual<Conv<3, 24, Same>, BatchNorm>,
                                 DepthwiseConv<3, Same>, Parallel<Conv<1, 8>, Conv<3, 8, Same, Dilation<2>>>,
                                 Activation<SiLU>, Pool<Average, 2>, Flatten, LayerNorm, Dense<32, GELU>, Dense<10>>>;

using Trained = Network<Image<16, 16, 1>, Sequential<Conv<3, 8>, MaxPool, Conv<3, 12>, MaxPool, Dropout, Dense<3>>>;

/// Bright pictures with stripes across, stripes down, or squares, and noise.
struct Patterns {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    Patterns(std::size_t count, Random random)
        : images(std::array<std::size_t, 4>{count, 16, 16, 1}), labels(std::array<std::size_t, 1>{count}) {
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 3);
            for (std::size_t y = 0; y < 16; ++y)
                for (std::size_t x = 0; x < 16; ++x) {
                    const std::size_t down = y / 2 % 2, across = x / 2 % 2;
                    const std::size_t bright = n % 3 == 0 ? down : n % 3 == 1 ? across : down ^ across;
                    images(n, y, x, 0) = static_cast<std::uint8_t>((bright ? 150u : 0u) + random.below(100));
                }
        }
    }
};

std::size_t label(const Array<float, 2>& logits, std::size_t row) {
    const float* first = &logits(row, 0);
    return static_cast<std::size_t>(std::max_element(first, first + logits.shape(1)) - first);
}

void say(const char* what, auto act) {
    std::cout << what << ": ";
    try {
        act();
    } catch (const std::exception& error) {
        std::cout << error.what();
    }
    std::cout << '\n';
}

/// How many of the logits are NaN where one number of the first layer is.
template <class Layer>
void count_nans(const char* name) {
    Network<Image<12, 12, 2>, Sequential<Conv<1, 4, Linear>, Layer, Dense<3>>> network{Seed{1}};
    network.edit_parameters([](std::span<float> numbers) { numbers[1] = not_a_number<float>(); });
    const Array<float, 4> ones = xt::ones<float>({2, 12, 12, 2});
    const auto logits = network.predict(ones);
    std::cout << name << ' ' << std::count_if(logits.begin(), logits.end(), [](float logit) { return is_nan(logit); }) << '\n';
}

/// Six epochs with these losses of the validation set.
void stop_early(std::vector<double> losses) {
    Trained network{Seed{1}};
    const Patterns train(30, Random{Seed{1}});
    NetworkLearner learner{network, 30, LossOfHeads{SoftmaxCrossEntropy{}}};
    History history;
    Run run{learner, history};
    const Samples validation = Samples::of(train, Trained::input, Trained::heads, "validation");
    run.validation = &validation;
    EarlyStopping stopping{.patience = 2};
    PlateauRate plateau{.patience = 2};
    stopping.on_begin(run);
    for (const double loss : losses) {
        history.epochs.push_back({history.epochs.size() + 1, {1, 0.5}, {loss, 0.5}});
        stopping.on_epoch(run);
        if (run.stop) break;
    }
    const float factor = plateau.factor({0, 1, 9, history});
    stopping.on_end(run);
    std::cout << "epochs " << history.epochs.size() << ", best " << history.best_epoch << ", rate falls " << (factor < 1) << '\n';
}

}  // namespace

int main() {
    Random random{Seed{5}};
    Array<std::uint8_t, 4> noise{std::array<std::size_t, 4>{300, 24, 20, 3}};
    for (std::uint8_t& value : noise) value = static_cast<std::uint8_t>(random.below(256));
    const auto fresh = Fresh{Seed{3}}.predict(noise);
    for (std::size_t n = 0; n < 300; ++n) std::cout << label(fresh, n);
    std::cout << '\n';

    const Patterns train(192, Random{Seed{1}}), others(90, Random{Seed{2}});
    Trained trained{Seed{1}};
    fit(trained, train, {.epochs = 12, .batch = 32, .optimizer = Adam{.rate = 3e-3f}, .augmentation = {.flip = true}});
    const auto learned = trained.predict(others.images);
    for (std::size_t n = 0; n < 90; ++n) std::cout << label(learned, n);
    std::cout << '\n';

    Trained diverging{Seed{1}};
    try {
        fit(diverging, train, {.epochs = 2, .optimizer = Sgd{.rate = 1e20f}});
        std::cout << "a loss that is not a number went by\n";
    } catch (const LossNotFinite&) {
        std::cout << "diverged\n";
    }
    say("a step to numbers that are none", [&] {
        fit(trained, train, {.epochs = 1, .optimizer = Sgd{.rate = 3e38f}, .head_weights = {1e6f}});
        std::cout << "went by";
    });
    std::cout << (all_finite(trained.parameters()) ? "weights are numbers" : "weights are none") << '\n';

    Network<Image<24, 20, 3>, Fresh::Layers, Plain<double>> exact;
    exact.edit_parameters([](std::span<double> numbers) {
        const Fresh same{Seed{3}};
        std::copy(same.parameters().begin(), same.parameters().end(), numbers.begin());
    });
    Array<std::uint8_t, 4> few{std::array<std::size_t, 4>{4, 24, 20, 3}};
    std::copy_n(noise.data(), few.size(), few.data());
    const auto right = exact.predict(few);
    double error = 0;
    for (std::size_t n = 0; n < right.size(); ++n)
        error = std::max(error, std::abs(right.data()[n] - static_cast<double>(fresh.data()[n])));
    std::cout << (error < 1e-4 ? "logits are near those of double precision" : "logits are wrong") << '\n';

    count_nans<Conv<3, 8>>("Conv");
    count_nans<Sequential<Conv<3, 8>, MaxPool>>("Conv and MaxPool");
    count_nans<Conv<3, 8, Stride<2>>>("direct Conv");
    count_nans<DepthwiseConv<3>>("DepthwiseConv");
    count_nans<MaxPool>("MaxPool");
    count_nans<GlobalPool<Max>>("GlobalPool");
    count_nans<Activation<ELU>>("ELU");
    count_nans<Dense<8, ReLU>>("Dense");
    const double none = not_a_number<double>();
    stop_early({0.5, none, 0.4, none, none, none});
    stop_early({none, none, none, none});
    say("clip", [] {
        const Row row{"weights", {3}};
        std::vector<float> gradients{1, not_a_number<float>(), 3};
        clip_by_norm(std::span{&row, 1}, gradients, 1);
    });
    say("roc", [] {
        const std::vector<float> scores{0.1f, not_a_number<float>(), 0.2f, 0.9f};
        std::cout << roc(scores, std::vector<std::int32_t>{0, 1, 0, 1}).area;
    });
    say("classes", [] { predicted_classes(std::vector<float>{1, 2, 3, not_a_number<float>()}, 2); });
    const Epoch epoch{1, {0.5, none}, {none, none}};
    std::cout << csv(History{{epoch}});
    const Array<float, 4> wrong = not_a_number<float>() * xt::ones<float>({1, 16, 16, 1});
    say("picture", [&] { (void)trained.predict(wrong); });
    std::cerr << machine_line("fp32") << ": " << evaluate(trained, others).accuracy << '\n';
}
