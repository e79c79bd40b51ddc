// SPDX-License-Identifier: MIT
#pragma once

#include <denim/network/predictor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Trained networks that answer as one, in a Predictor's words: its probabilities are the mean of theirs, head by head; numbers that are no
/// probabilities (MeanSquaredError) are averaged as they are. `predict` gives the logits of that mean, so that softmax and sigmoid lead back to it.
/// The others may be of another type than the first; they take the same pictures and have the same heads. A picture's answer has the same bits
/// alone and in any batch, and any number of threads may ask at once.
///
///     const Ensemble five{folds};                    // a std::vector of networks; or Ensemble{one, another}
template <class Network>
class Ensemble : public Answering<Ensemble<Network>, Network> {
public:
    using Stored = typename Network::Stored;

    template <class... Others>
    explicit Ensemble(const Network& first, const Others&... others) {
        add(first);
        (add(others), ...);
    }
    explicit Ensemble(std::span<const Network> networks) {
        if (networks.empty()) throw std::invalid_argument("denim: Ensemble: at least one network was expected, but got none");
        for (const Network& network : networks) add(network);
    }
    explicit Ensemble(const std::vector<Network>& networks) : Ensemble(std::span{networks}) {}

    /// Takes the weights of one more. Nobody may be asking meanwhile. Throws std::invalid_argument if its loss means another thing by its heads.
    template <class Other>
    void add(const Other& network) {
        static_assert(Other::input == Network::input && Other::output == Network::output && std::ranges::equal(Other::heads, Network::heads) &&
                          std::is_same_v<typename Other::Stored, Stored>,
                      "denim: Ensemble: networks with the same input, the same heads and one arithmetic were expected.");
        if (members_.empty()) std::ranges::copy(network.gives(), gives_.begin());
        if (!std::ranges::equal(network.gives(), gives_))
            throw std::invalid_argument("denim: Ensemble: networks whose losses mean the same were expected, but those of network " +
                                        std::to_string(members_.size()) + " and of the first differ");
        members_.push_back({std::make_shared<const Predictor<Other>>(network), [](const void* predictor, const Pictures& pictures, Stored* to) {
                                static_cast<const Predictor<Other>*>(predictor)->predict(pictures, to);
                            }});
    }
    /// How many there are.
    [[nodiscard]] std::size_t size() const { return members_.size(); }

    using Answering<Ensemble<Network>, Network>::predict;
    [[nodiscard]] std::span<const Gives> gives() const { return gives_; }

    /// Logits of `pictures`, one sample's after another's, into `to`, which has room for as many times `outputs`.
    void predict(const Pictures& pictures, Stored* to) const {
        const std::size_t numbers = pictures.count * Ensemble::outputs;
        std::vector<double> mean(numbers);
        for (const Member& member : members_) {
            member.predict(member.predictor.get(), pictures, to);
            each_head({to, numbers}, [](std::span<Stored> logits, Gives gives) {
                if (gives != Gives::numbers) to_probabilities(logits, logits.size(), gives);
            });
            for (std::size_t n = 0; n < numbers; ++n) mean[n] += static_cast<double>(to[n]) / static_cast<double>(members_.size());
        }
        std::ranges::transform(mean, to, [](double number) { return static_cast<Stored>(number); });
        each_head({to, numbers}, [&](std::span<Stored> head, Gives gives) {
            constexpr double least = std::numeric_limits<float>::min();  // whose logarithm is finite
            for (Stored& number : head) {
                const double share = mean[static_cast<std::size_t>(&number - to)];
                if (gives == Gives::numbers || is_nan(share)) continue;
                const double rest = gives == Gives::classes ? 1 : std::max(1 - share, least);
                number = static_cast<Stored>(std::log(std::max(share, least) / rest));
            }
        });
    }

private:
    struct Member {
        std::shared_ptr<const void> predictor;
        void (*predict)(const void*, const Pictures&, Stored*);
    };

    template <class Each>
    void each_head(std::span<Stored> numbers, const Each& each) const {
        for (std::size_t first = 0; first < numbers.size();)
            for (std::size_t head = 0; head < gives_.size(); first += Network::heads[head++])
                each(numbers.subspan(first, Network::heads[head]), gives_[head]);
    }

    std::array<Gives, Network::heads.size()> gives_{};
    std::vector<Member> members_;
};

template <class Input, class Body, class Arithmetic, class... Others>
Ensemble(const Network<Input, Body, Arithmetic>&, const Others&...) -> Ensemble<Network<Input, Body, Arithmetic>>;

}  // namespace denim::inline DENIM_TARGET
