// SPDX-License-Identifier: MIT
#pragma once

// A network that learns, without its type: what the training loop, callbacks and files see.

#include <denim/network/architecture.hpp>
#include <denim/network/predictor.hpp>
#include <denim/network/trainer.hpp>
#include <denim/tensor/row.hpp>
#include <denim/training/history.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Mean loss and accuracy of logits (N, classes) against labels.
template <class Loss, class Scalar>
Score score(std::span<const Scalar> logits, std::span<const std::int32_t> labels, std::size_t classes) {
    Score mean{0, 0};
    std::vector<Scalar> gradient(classes);
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const Scalar* sample = logits.data() + n * classes;
        mean.loss += Loss::sample(sample, classes, labels[n], gradient.data(), 1);
        mean.accuracy += std::max_element(sample, sample + classes) - sample == labels[n] ? 1 : 0;
    }
    mean.loss /= static_cast<double>(labels.size());
    mean.accuracy /= static_cast<double>(labels.size());
    return mean;
}

/// The run-time interface of a network in training.
class Learner {
public:
    Learner() = default;
    Learner(const Learner&) = delete;
    Learner& operator=(const Learner&) = delete;
    virtual ~Learner() = default;

    /// Forward and backward over a batch; the gradients wait in `gradients()`.
    virtual StepResult step(const Batch& batch) = 0;
    /// Logits (N, classes) of the network as it is now, on other samples.
    [[nodiscard]] virtual std::vector<float> logits(const Samples& samples) = 0;
    /// Mean loss and accuracy of logits.
    [[nodiscard]] virtual Score score(std::span<const float> logits, std::span<const std::int32_t> labels) const = 0;

    [[nodiscard]] virtual Shape input() const = 0;
    [[nodiscard]] virtual std::size_t classes() const = 0;
    /// The network's type, as users write it.
    [[nodiscard]] virtual std::string architecture() const = 0;
    /// A table of the layers.
    [[nodiscard]] virtual std::string summary() const = 0;

    [[nodiscard]] virtual std::span<float> parameters() = 0;
    [[nodiscard]] virtual std::span<float> gradients() = 0;
    [[nodiscard]] virtual std::span<const Row> rows() const = 0;
};

/// The one implementation.
template <class Network, class Loss>
class LearnerOf final : public Learner {
    static_assert(std::is_same_v<typename Network::Scalar, float>,
                  "denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.");

public:
    LearnerOf(Network& network, std::size_t largest_batch) : network_(network), trainer_(largest_batch) {
        network.update_rows();
    }

    StepResult step(const Batch& batch) override {
        return trainer_.step(network_.parameters(), network_.all_settings(), batch);
    }
    std::vector<float> logits(const Samples& samples) override {
        std::vector<float> all(samples.pictures.count * outputs);
        Predictor<Network>{network_}.predict(samples.pictures, all.data());
        return all;
    }
    Score score(std::span<const float> logits, std::span<const std::int32_t> labels) const override {
        return denim::score<Loss, float>(logits, labels, outputs);
    }
    Shape input() const override { return Network::input; }
    std::size_t classes() const override { return outputs; }
    std::string architecture() const override { return detail::architecture_of<Network>(); }
    std::string summary() const override { return network_.summary(); }
    std::span<float> parameters() override {
        return network_.edit_parameters([](std::span<float> all) { return all; });
    }
    std::span<float> gradients() override { return trainer_.gradients(); }
    std::span<const Row> rows() const override { return network_.rows(); }

private:
    static constexpr std::size_t outputs = Network::output.channels;

    Network& network_;
    Trainer<typename Network::Graph, typename Network::Numbers, Loss> trainer_;
};

}  // namespace denim::inline DENIM_TARGET
