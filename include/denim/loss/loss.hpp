// SPDX-License-Identifier: MIT
#pragma once

// A loss says how far the logits of a picture are from what they should be, and which way. It sees numbers, never a network.

#include <denim/loss/target.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/settings_record.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What a class needs to be a loss: which targets it wants, and `sample`: the loss of one picture, whose gradient times `scale`
/// it writes. It may have
///  - double right(logits, outputs, target): how far the answer counts as right, 0 to 1; without it there is no accuracy;
///  - void check(outputs): throws where its settings do not fit so many outputs;
///  - bool accepts(number): whether a target may be this number;
///  - static constexpr Gives gives: what the outputs are for those who ask for probabilities; without it, classes where it wants
///    labels, and numbers where it wants numbers;
///  - each_setting, see accepted.hpp: `fit` then checks these, and a checkpoint of others is not taken for its own.
template <class Type>
concept LossType = std::copy_constructible<Type> &&
                   requires(const Type& loss, const float* logits, std::size_t outputs, const Target& target, float* gradient) {
                       { Type::wants } -> std::convertible_to<Wants>;
                       { loss.sample(logits, outputs, target, gradient, 1.0) } -> std::convertible_to<double>;
                   };

/// How far the answer to one picture counts as right; NaN where the loss does not say.
template <class OneLoss, class Scalar>
double right_share(const OneLoss& loss, const Scalar* logits, std::size_t outputs, const Target& target) {
    if constexpr (requires { loss.right(logits, outputs, target); })
        return loss.right(logits, outputs, target);
    else
        return not_a_number<double>();
}

/// What a loss makes of the outputs.
template <class OneLoss>
constexpr Gives gives_of() {
    if constexpr (requires { OneLoss::gives; })
        return OneLoss::gives;
    else
        return OneLoss::wants == Wants::label ? Gives::classes : Gives::numbers;
}

/// Any loss, as FitOptions hold it: .loss = SoftmaxCrossEntropy{.label_smoothing = 0.1f}.
class Loss {
public:
    template <class Type>
        requires(!std::is_same_v<Type, Loss>) && LossType<Type>
    Loss(Type loss)  // NOLINT: meant to convert
        : model_(std::make_shared<Model<Type>>(std::move(loss))) {}

    Loss(const Loss&) = default;  // a move copies, so that there is none without a model
    Loss& operator=(const Loss&) = default;
    ~Loss() = default;

    [[nodiscard]] Wants wants() const { return model_->wants(); }
    [[nodiscard]] Gives gives() const { return model_->gives(); }
    double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient, double scale) const {
        return model_->sample(logits, outputs, target, gradient, scale);
    }
    [[nodiscard]] double right(const float* logits, std::size_t outputs, const Target& target) const {
        return model_->right(logits, outputs, target);
    }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit so many outputs.
    void check(std::size_t outputs) const { model_->check(outputs); }
    /// "Focal"; "" of one that does not list its settings.
    [[nodiscard]] std::string_view name() const { return model_->name(); }
    [[nodiscard]] bool accepts(float number) const { return model_->accepts(number); }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const { model_->describe(to); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual Wants wants() const = 0;
        [[nodiscard]] virtual Gives gives() const = 0;
        virtual double sample(const float*, std::size_t, const Target&, float*, double) const = 0;
        virtual double right(const float*, std::size_t, const Target&) const = 0;
        virtual void check(std::size_t) const = 0;
        [[nodiscard]] virtual std::string_view name() const = 0;
        [[nodiscard]] virtual bool accepts(float) const = 0;
        virtual void describe(SettingsRecord&) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type loss) : loss_(std::move(loss)) {}
        [[nodiscard]] Wants wants() const override { return Type::wants; }
        [[nodiscard]] Gives gives() const override { return gives_of<Type>(); }
        double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient,
                      double scale) const override {
            return loss_.sample(logits, outputs, target, gradient, scale);
        }
        double right(const float* logits, std::size_t outputs, const Target& target) const override {
            return right_share(loss_, logits, outputs, target);
        }
        void check(std::size_t outputs) const override {
            if constexpr (requires { loss_.check(outputs); }) loss_.check(outputs);
            if constexpr (ListsSettings<Type>) check_settings_of(loss_);
        }
        [[nodiscard]] bool accepts(float number) const override {
            if constexpr (requires { loss_.accepts(number); })
                return loss_.accepts(number);
            else
                return true;
        }
        [[nodiscard]] std::string_view name() const override { return detail::name_of<Type>(); }
        void describe(SettingsRecord& to) const override { detail::describe_type(to, loss_); }
        Type loss_;
    };
    std::shared_ptr<const Interface> model_;
};

}  // namespace denim::inline DENIM_TARGET
