// SPDX-License-Identifier: MIT
// What a network's logits become where probabilities are asked for: the loss decides that it learned by, in memory and in files.
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>
#include <denim/report/occlusion.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace denim;

namespace {

using Small = Network<Image<2, 2, 1>, Sequential<Dense<2>>>;
using Forked = Network<Image<2, 2, 1>, Sequential<Heads<Dense<2>, Dense<3>>>>;

struct BothTrue {  // both labels may be true
    Array<float, 4> images = Array<float, 4>(std::array<std::size_t, 4>{4, 2, 2, 1}, 0.5f);
    Array<float, 2> labels = Array<float, 2>(std::array<std::size_t, 2>{4, 2}, 1.0f);
};

// A label of a class against all others: outputs are sigmoids, though it wants labels.
struct OneAgainstAll {
    static constexpr Wants wants = Wants::label;
    static constexpr Gives gives = Gives::labels;

    template <class Scalar>
    double sample(const Scalar* logits, std::size_t outputs, const Target& target, Scalar* gradient, double scale) const {
        std::vector<float> numbers(outputs, 0.0f);
        numbers[static_cast<std::size_t>(target.label)] = 1;
        return BinaryCrossEntropy{}.sample(logits, outputs, {0, numbers}, gradient, scale);
    }
};

Small taught(const Loss& loss) {
    Small network{Seed{4}};
    fit(network, BothTrue{}, {.epochs = 3, .optimizer = Adam{.rate = 0.1f}, .loss = loss});
    return network;
}

template <class Probabilities, class Logits>
void check_sigmoid(const Probabilities& p, const Logits& z) {
    for (std::size_t n = 0; n < z.size(); ++n)
        CHECK(static_cast<double>(p.data()[n]) == doctest::Approx(1 / (1 + std::exp(-static_cast<double>(z.data()[n])))).epsilon(1e-6));
}

std::set<std::string> operators_of(const OnnxModel& model) {
    std::set<std::string> types;
    for (const OnnxNode& node : model.nodes) types.insert(node.type);
    return types;
}

}  // namespace

TEST_CASE("labels that stand side by side are a sigmoid each, wherever they are asked for") {
    const Scratch scratch;
    const BothTrue set;
    const Small network = taught(BinaryCrossEntropy{});
    const auto logits = network.predict(set.images);
    CHECK(logits(0, 0) > 0.1f);
    CHECK(logits(0, 1) > 0.1f);
    check_sigmoid(network.probabilities(set.images), logits);
    check_sigmoid(Predictor{network}.probabilities(set.images), logits);
    const auto one = network.probabilities(set.images, Softmax{});
    CHECK(one(0, 0) + one(0, 1) == doctest::Approx(1));

    save(network, scratch / "n.safetensors");
    CHECK(read_weights(scratch / "n.safetensors").metadata().outputs == std::vector<std::string>{"labels"});
    check_sigmoid(load<Small>(scratch / "n.safetensors").probabilities(set.images), logits);

    const OnnxModel model = onnx_model(network, {.probabilities = true});
    CHECK(operators_of(model).contains("Sigmoid"));
    CHECK(!operators_of(model).contains("Softmax"));
    CHECK(model.metadata.at("outputs") == R"(["labels"])");
    CHECK(!operators_of(onnx_model(network)).contains("Sigmoid"));

    Small again = network;
    fit(again, set, {.loss = BinaryCrossEntropy{}}, Checkpoint{scratch / "run"});
    check_sigmoid(load<Small>(scratch / "run" / "best.safetensors").probabilities(set.images), load<Small>(scratch / "run" / "best.safetensors").predict(set.images));

    Array<std::uint8_t, 3> photograph({2, 2, 1}, 100);
    check_sigmoid(Array<double, 1>({1}, occlude(Predictor{network}, photograph).probability),
                  Array<double, 1>({1}, static_cast<double>(xt::amax(network.predict(photograph))())));

    CHECK(message_of([&] { evaluate(network, LabelledPair{set.images, Array<int, 1>({4}, 1)}); }).find("denim: evaluate: head 0 was trained by a loss of labels") == 0);
    CHECK(evaluate(network, set, BinaryCrossEntropy{}).accuracy == 1);

    const Array<int, 1> classes({4}, 1);
    fit(again, set.images, classes, {});  // what it learned last counts
    const auto p = again.probabilities(set.images);
    CHECK(p(0, 0) + p(0, 1) == doctest::Approx(1));
}

TEST_CASE("numbers are no probabilities") {
    const BothTrue set;
    const Small network = taught(MeanSquaredError{});
    const auto refused = [](const auto& call, const std::string& begin) {
        const std::string message = message_of(call);
        CHECK_MESSAGE(message.find(begin + ": head 0 was trained by a loss of numbers") == 0, message);
    };
    refused([&] { static_cast<void>(network.probabilities(set.images)); }, "denim: probabilities");
    refused([&] { onnx_model(network, {.probabilities = true}); }, "denim: export_onnx");
    refused([&] { occlude(Predictor{network}, Array<std::uint8_t, 3>({2, 2, 1}, 100)); }, "denim: occlude");
    std::vector<float> logits{1, 2};
    refused([&] { to_probabilities(std::span{logits}, 2, Gives::numbers); }, "denim: to_probabilities");
    check_sigmoid(network.probabilities(set.images, Sigmoid{}), network.predict(set.images));
    CHECK(operators_of(onnx_model(network)).contains("Identity"));
}

TEST_CASE("each head goes by its own loss") {
    const Scratch scratch;
    const Array<float, 4> images({4, 2, 2, 1}, 0.5f);
    const Array<int, 2> labels({4, 2}, 1);
    Forked network{Seed{2}};
    fit(network, images, labels, {.head_losses = {OneAgainstAll{}, Focal{}}});
    const auto check = [&](const Forked& forked) {
        const auto p = forked.probabilities(images), z = forked.predict(images);
        for (std::size_t n = 0; n < 4; ++n) {
            for (std::size_t k = 0; k < 2; ++k) CHECK(p(n, k) == doctest::Approx(1 / (1 + std::exp(-z(n, k)))));
            CHECK(p(n, 2) + p(n, 3) + p(n, 4) == doctest::Approx(1));
        }
    };
    check(network);
    save(network, scratch / "n.safetensors", {.others = {{"by", "hand"}}});
    check(load<Forked>(scratch / "n.safetensors"));
    CHECK(operators_of(onnx_model(network, {.probabilities = true})) == std::set<std::string>{"Transpose", "Flatten", "Gemm", "Concat", "Split", "Softmax", "Sigmoid", "Identity"});

    // What a file says has to be known, and of each head.
    const auto with = [&](const std::vector<std::string>& outputs) {
        const Weights weights = read_weights(scratch / "n.safetensors");
        WeightsMetadata metadata = weights.metadata();
        metadata.outputs = outputs;
        write_weights(scratch / "other.safetensors", weights.tensors(), metadata);
        return message_of([&] { load<Forked>(scratch / "other.safetensors"); });
    };
    CHECK(with({"labels", "chances"}).find("says that head 1 gives 'chances'; classes, labels or numbers was expected") != std::string::npos);
    CHECK(with({"labels"}).find("says what 1 heads give, but the network has 2") != std::string::npos);
    CHECK(with({}).empty());
    CHECK(with({"labels", "classes"}).empty());
}

TEST_CASE("a picture of classes has probabilities at each pixel") {
    const Network<Image<2, 2, 1>, Sequential<Conv<1, 3, Linear>>> network{Seed{1}};
    const auto p = network.probabilities(Array<float, 4>({1, 2, 2, 1}, 0.5f));
    for (std::size_t pixel = 0; pixel < 4; ++pixel) CHECK(p(0, 3 * pixel) + p(0, 3 * pixel + 1) + p(0, 3 * pixel + 2) == doctest::Approx(1));
}

TEST_CASE("large logits and NaN") {
    std::vector<float> sigmoids{-200, 0, 200, std::nanf("")}, softmax{1000, 999, std::nanf(""), 0};
    to_probabilities(std::span{sigmoids}, 4, Gives::labels);
    CHECK(sigmoids[0] >= 0);
    CHECK(sigmoids[0] < 1e-30f);
    CHECK(sigmoids[1] == 0.5f);
    CHECK(sigmoids[2] == 1);
    CHECK(std::isnan(sigmoids[3]));
    to_probabilities(std::span{softmax}, 2, Gives::classes);
    CHECK(softmax[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
    CHECK(std::isnan(softmax[2]));
    CHECK(std::isnan(softmax[3]));
}

TEST_CASE("numbers that are not whole samples are no probabilities") {
    std::vector<float> five(5, 1.0f);
    for (const Gives gives : {Gives::classes, Gives::labels}) {
        CHECK(message_of([&] { to_probabilities(std::span{five}, 2, gives); }) ==
              "denim: to_probabilities: numbers of whole samples of 2, at least 1 each, were expected, but got 5");
        CHECK(message_of([&] { to_probabilities(std::span{five}, 0, gives); }).find("samples of 0") != std::string::npos);
    }
    CHECK(five == std::vector<float>(5, 1.0f));
}
