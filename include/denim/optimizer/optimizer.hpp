// SPDX-License-Identifier: MIT
#pragma once

// An optimizer turns gradients into new parameters. It sees flat numbers and the rows that describe them, never a network.

#include <denim/machine/settings_record.hpp>
#include <denim/machine/threads.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace denim {

/// One call of an optimizer: `count` parameters, their gradients, and its own state arrays for them.
struct Update {
    float* parameters;
    const float* gradients;
    std::array<float*, 4> state;
    std::size_t count;
    float rate;        ///< the learning rate of this step, times the row's factor
    std::size_t step;  ///< 1 in the first step
    bool decays;       ///< weight decay applies
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What a class needs to be an optimizer: its learning rate, how many numbers it keeps for each parameter (at most 4, zero at
/// first), and how it changes parameters. It may list its settings, see accepted.hpp: `fit` then checks them, and a checkpoint of
/// others is not taken for its own.
template <class Type>
concept OptimizerType = std::copyable<Type> && requires(const Type& optimizer, const Update& update) {
    { Type::state_arrays } -> std::convertible_to<std::size_t>;
    { optimizer.rate } -> std::convertible_to<float>;
    optimizer.apply(update);
};

/// Any optimizer, as FitOptions hold it: Optimizer{Adam{.rate = 1e-4f}}.
class Optimizer {
public:
    template <class Type>
        requires(!std::is_same_v<Type, Optimizer>) && OptimizerType<Type>
    Optimizer(Type optimizer)  // NOLINT: meant to convert
        : model_(std::make_shared<Model<Type>>(std::move(optimizer))) {}

    Optimizer(const Optimizer&) = default;  // a move copies, so that there is none without a model
    Optimizer& operator=(const Optimizer&) = default;
    ~Optimizer() = default;

    [[nodiscard]] float rate() const { return model_->rate(); }
    /// Throws std::invalid_argument if a setting is not accepted.
    void check() const { model_->check(); }
    [[nodiscard]] std::size_t state_arrays() const { return model_->state_arrays(); }
    void apply(const Update& update) const { model_->apply(update); }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const { model_->describe(to); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual float rate() const = 0;
        virtual void check() const = 0;
        [[nodiscard]] virtual std::size_t state_arrays() const = 0;
        virtual void apply(const Update& update) const = 0;
        virtual void describe(SettingsRecord& to) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type optimizer) : optimizer_(std::move(optimizer)) {}
        [[nodiscard]] float rate() const override { return optimizer_.rate; }
        void check() const override {
            if constexpr (ListsSettings<Type>)
                check_settings_of(optimizer_);
            else
                check_setting("optimizer", "rate", rate(), at_least_0);
        }
        [[nodiscard]] std::size_t state_arrays() const override { return Type::state_arrays; }
        void apply(const Update& update) const override { optimizer_.apply(update); }
        void describe(SettingsRecord& to) const override {
            detail::describe_type(to, optimizer_);
            if constexpr (!DescribesItself<Type> && !ListsSettings<Type>) to("rate", rate());
        }
        Type optimizer_;
    };
    std::shared_ptr<const Interface> model_;
};

/// An optimizer's memory for one network, and the number of steps taken.
struct OptimizerState {
    AlignedArray<float> numbers;  ///< the state arrays one after the other, each as long as the parameters
    std::size_t step = 0;

    OptimizerState(const Optimizer& optimizer, std::size_t parameters) : numbers(optimizer.state_arrays() * parameters) {}
};

/// One step over all rows: trained ones by the optimizer, what layers move to its next value, frozen ones not at all.
inline void update_parameters(const Optimizer& optimizer, OptimizerState& state, std::span<const Row> rows,
                              std::span<float> parameters, std::span<const float> gradients, float rate) {
    constexpr std::size_t block = 16384;  // parameters that one thread takes at a time
    ++state.step;
    for (const Row& row : rows) {
        if (row.moved == Moved::by_layer) {
            std::copy_n(gradients.data() + row.offset, row.size(), parameters.data() + row.offset);
            continue;
        }
        if (!row.trained) continue;
        parallel_for((row.size() + block - 1) / block, 10 * row.size(), [&](std::size_t index) {
            const std::size_t first = row.offset + index * block;
            Update update{parameters.data() + first,
                          gradients.data() + first,
                          {},
                          std::min(block, row.offset + row.size() - first),
                          rate * row.rate_factor,
                          state.step,
                          row.decays};
            for (std::size_t n = 0; n < optimizer.state_arrays(); ++n)
                update.state[n] = state.numbers.data() + n * parameters.size() + first;
            optimizer.apply(update);
        });
    }
}

}  // namespace denim::inline DENIM_TARGET
