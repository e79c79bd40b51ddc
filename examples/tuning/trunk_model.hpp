// SPDX-License-Identifier: MIT
#pragma once

#include <denim/exchange/save.hpp>
#include <denim/network/layer_groups.hpp>

#include "tuning/model.hpp"
#include "tuning/trunks.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tuning {

/// A Model of one trunk.
template <class Trunk>
class TrunkModel final : public Model {
    using Front = denim::Network<typename Trunk::Frame, typename Trunk::Front>;
    static constexpr denim::Shape between = Front::output;
    using Tail = denim::Network<denim::Image<between.height, between.width, between.channels>,
                                denim::Sequential<typename Trunk::Body, denim::Dropout, denim::Dense<room>>>;
    using Features = denim::Network<denim::Image<between.height, between.width, between.channels>, denim::Sequential<typename Trunk::Body>>;
    using Whole = denim::Network<typename Trunk::Frame,
                                 denim::Sequential<typename Trunk::Front, typename Trunk::Body, denim::Dropout, denim::Dense<room>>>;
    static constexpr std::size_t numbers_of_front = Front::parameter_count, feature_count = Features::output.size();
    using Last = denim::Network<denim::Input<feature_count>, denim::Sequential<denim::Dense<room>>>;
    static_assert(Whole::parameter_count == numbers_of_front + Tail::parameter_count);
    static_assert(Tail::parameter_count == Features::parameter_count + (feature_count + 1) * room);

public:
    explicit TrunkModel(denim::Seed seed) : whole_(seed) {}
    explicit TrunkModel(Whole whole) : whole_(std::move(whole)) {}

    std::unique_ptr<Model> copy() const override { return std::make_unique<TrunkModel>(whole_); }
    std::string trunk() const override { return Trunk::name(); }
    std::string summary() const override { return whole_.summary(); }
    denim::Shape frame() const override { return Whole::input; }
    denim::Shape cut() const override { return between; }
    std::size_t features() const override { return feature_count; }
    std::size_t numbers() const override { return Whole::parameter_count; }
    float rate() const override { return Trunk::rate; }

    void import_pretrained(const std::filesystem::path& file) override {
        if constexpr (requires { Trunk::import_into(whole_, file); })
            Trunk::import_into(whole_, file);
        else
            throw denim::FileError(file.string(), std::string{"weights that fine_tune wrote were expected for the trunk "} + Trunk::name());
    }
    std::map<std::string, std::string> load(const std::filesystem::path& file) override { return denim::load_into(whole_, file).others; }
    void save(const std::filesystem::path& file, const std::map<std::string, std::string>& others) const override {
        denim::save(whole_, file, {.others = others});
    }

    std::vector<float> cuts(const denim::Pictures& photographs) const override {
        Front front;
        front.edit_parameters([&](std::span<float> to) { std::copy_n(whole_.parameters().begin(), to.size(), to.begin()); });
        std::vector<float> all(photographs.count * between.size());
        denim::Predictor{front}.predict(photographs, all.data());
        return all;
    }
    std::vector<float> features_of(std::span<const float> cuts) const override {
        Features body;
        const auto from = whole_.parameters().subspan(numbers_of_front, Features::parameter_count);
        body.edit_parameters([&](std::span<float> to) { std::ranges::copy(from, to.begin()); });
        const auto values = body.predict(pictures(cuts));
        return {values.begin(), values.end()};
    }
    std::vector<float> logits(std::span<const float> cuts) const override {
        const auto values = tail().predict(pictures(cuts));
        return {values.begin(), values.end()};
    }

    std::unique_ptr<const Asked> asked() const override { return std::make_unique<Answers>(whole_); }

    void open_outputs(std::size_t first, std::size_t kinds) override {
        constexpr float shut = -1000;  // a softmax makes 0 of it, and so is its gradient
        whole_.edit_parameters([&](std::span<float> all) {
            const auto last = all.last((feature_count + 1) * room);
            for (std::size_t f = 0; f <= feature_count; ++f)
                for (std::size_t k = first; k < room; ++k) last[f * room + k] = f == feature_count && k >= kinds ? shut : 0;
        });
    }

    void set_last(std::span<const float> layer) override {
        whole_.edit_parameters([&](std::span<float> all) { std::ranges::copy(layer, all.last((feature_count + 1) * room).begin()); });
    }
    // On features of mean 0 and deviation 1; what makes them so then goes into the layer.
    Learned learn_last(const Lesson& train, const Lesson* kept_back, const LessonOptions& options) override {
        std::vector<float> mean(feature_count), deviation(feature_count);
        measure(train.inputs, mean, deviation);
        const auto same_scale = [&](std::span<const float> inputs) {
            std::vector<float> result(inputs.size());
            for (std::size_t n = 0; n < inputs.size(); ++n) result[n] = (inputs[n] - mean[n % feature_count]) / deviation[n % feature_count];
            return result;
        };
        Last last;
        const auto weight = [&](std::span<float> all, std::size_t f, std::size_t k) -> float& { return all[f * room + k]; };
        last.edit_parameters([&](std::span<float> to) {
            std::ranges::copy(whole_.parameters().last(to.size()), to.begin());
            for (std::size_t f = 0; f < feature_count; ++f)
                for (std::size_t k = 0; k < room; ++k) {
                    to[feature_count * room + k] += mean[f] * weight(to, f, k);
                    weight(to, f, k) *= deviation[f];
                }
        });
        last.template settings<0>().l2 = options.l2;
        const std::vector<float> scaled = same_scale(train.inputs),
                                 scaled_back = same_scale(kept_back ? kept_back->inputs : std::span<const float>{});
        const Lesson other{scaled_back, kept_back ? kept_back->labels : std::span<const std::int32_t>{}};
        Learned learned = learn(last, {scaled, train.labels}, kept_back ? &other : nullptr, options);
        whole_.edit_parameters([&](std::span<float> all) {
            const auto to = all.last(last.parameters().size());
            std::ranges::copy(last.parameters(), to.begin());
            for (std::size_t f = 0; f < feature_count; ++f)
                for (std::size_t k = 0; k < room; ++k) {
                    weight(to, f, k) /= deviation[f];
                    to[feature_count * room + k] -= mean[f] * weight(to, f, k);
                }
        });
        return learned;
    }
    Learned learn_body(const Lesson& train, const Lesson* kept_back, const LessonOptions& options) override {
        Tail tail = this->tail();
        tail.template settings<1>().rate = 0.3f;
        std::vector<denim::LayerGroup> groups{{.layers = {"0"}, .rate_factor = options.body_factor}};
        if (Trunk::norms_stay) {
            groups.push_back({.layers = {}, .frozen = true});
            for (const denim::Row& row : tail.rows())
                if (row.moved == denim::Moved::by_layer && row.name.ends_with(".variance"))
                    groups.back().layers.push_back(row.name.substr(0, row.name.rfind('.')));
        }
        denim::set_layer_groups(tail, groups);
        Learned learned = learn(tail, train, kept_back, options);
        whole_.edit_parameters([&](std::span<float> all) { std::ranges::copy(tail.parameters(), all.last(Tail::parameter_count).begin()); });
        return learned;
    }

    denim::GradCam grad_cam(std::span<const float> cut) const override {
        const auto one = xt::adapt(cut.data(), cut.size(), xt::no_ownership(),
                                   std::array<std::size_t, 3>{between.height, between.width, between.channels});
        return denim::grad_cam(tail(), std::string{"0."} + Trunk::last_picture, one);
    }
    denim::Occlusion occlude(const std::uint8_t* photograph) const override {
        constexpr denim::Shape shape = Whole::input;
        const auto one =
            xt::adapt(photograph, shape.size(), xt::no_ownership(), std::array<std::size_t, 3>{shape.height, shape.width, shape.channels});
        return denim::occlude(denim::Predictor{whole_}, one, {.step = std::min(shape.height, shape.width) / 8, .grey = 255});
    }

private:
    class Answers final : public Asked {
    public:
        explicit Answers(const Whole& whole) : predictor_(whole) {}
        std::vector<float> logits(const denim::Pictures& photographs) const override {
            std::vector<float> all(photographs.count * room);
            predictor_.predict(photographs, all.data());
            return all;
        }

    private:
        denim::Predictor<Whole> predictor_;
    };

    struct KeepLogits {
        std::vector<std::vector<float>>& to;
        void on_epoch(denim::Run& run) { to.emplace_back(run.validation_logits.begin(), run.validation_logits.end()); }
    };

    [[nodiscard]] Tail tail() const {
        Tail tail;
        tail.edit_parameters([&](std::span<float> to) { std::ranges::copy(whole_.parameters().last(to.size()), to.begin()); });
        return tail;
    }
    static auto pictures(std::span<const float> cuts) {
        return xt::adapt(cuts.data(), cuts.size(), xt::no_ownership(),
                         std::array<std::size_t, 4>{cuts.size() / between.size(), between.height, between.width, between.channels});
    }
    template <class Network>
    static auto set_of(const Lesson& lesson) {
        const auto inputs = [&] {
            if constexpr (std::is_same_v<Network, Last>)
                return xt::adapt(lesson.inputs.data(), lesson.inputs.size(), xt::no_ownership(),
                                 std::array<std::size_t, 2>{lesson.inputs.size() / feature_count, feature_count});
            else
                return pictures(lesson.inputs);
        }();
        struct Set {
            decltype(inputs) images;
            denim::Array<std::int32_t, 1> labels;
        };
        denim::Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{lesson.labels.size()});
        std::ranges::copy(lesson.labels, labels.begin());
        return Set{inputs, labels};
    }
    template <class Network>
    static Learned learn(Network& network, const Lesson& train, const Lesson* kept_back, const LessonOptions& options) {
        const denim::FitOptions how{.epochs = options.epochs, .batch = 32, .optimizer = denim::Adam{.rate = options.rate}, .clip_norm = 5,
                                    .seed = options.seed, .balanced = true};
        Learned learned;
        const auto set = set_of<Network>(train);
        if (!kept_back)
            learned.history = denim::fit(network, set, how);
        else if (options.patience == 0)
            learned.history = denim::fit(network, set, set_of<Network>(*kept_back), how, KeepLogits{learned.logits});
        else
            learned.history = denim::fit(network, set, set_of<Network>(*kept_back), how, KeepLogits{learned.logits},
                                         denim::EarlyStopping{.patience = options.patience});
        return learned;
    }
    // Where a feature hardly changes, a tenth of what others do: it says little, whatever its scale.
    static void measure(std::span<const float> inputs, std::span<float> mean, std::span<float> deviation) {
        const auto count = static_cast<double>(inputs.size() / feature_count);
        std::vector<double> sums(feature_count), squares(feature_count);
        for (std::size_t n = 0; n < inputs.size(); ++n) sums[n % feature_count] += static_cast<double>(inputs[n]) / count;
        for (std::size_t n = 0; n < inputs.size(); ++n) {
            const double distance = static_cast<double>(inputs[n]) - sums[n % feature_count];
            squares[n % feature_count] += distance * distance / count;
        }
        double all = 0;
        for (const double square : squares) all += square / static_cast<double>(feature_count);
        for (std::size_t f = 0; f < feature_count; ++f) {
            mean[f] = static_cast<float>(sums[f]);
            deviation[f] = static_cast<float>(std::sqrt(squares[f]) + 0.1 * std::sqrt(all) + 1e-12);
        }
    }

    Whole whole_;
};

}  // namespace tuning
