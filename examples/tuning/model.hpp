// SPDX-License-Identifier: MIT
#pragma once

// A network that is fine-tuned, whatever its type: each is compiled once, in a source of its own.

#include <denim/metric/history.hpp>
#include <denim/report/grad_cam.hpp>
#include <denim/report/occlusion.hpp>
#include <denim/tensor/pictures.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tuning {

/// Inputs, a row of numbers each, and the kind of each.
struct Lesson {
    std::span<const float> inputs;
    std::span<const std::int32_t> labels;
};

/// How a part learns.
struct LessonOptions {
    std::size_t epochs = 1;
    float rate = 1e-3f, l2 = 0;
    float body_factor = 1;     ///< of the rate, for what stands before the last layer
    denim::Seed seed{};
    std::size_t patience = 0;  ///< stops so many epochs after the least loss of what is kept back, with the weights that had it; 0: goes on to the end
};

/// What came of each epoch: the logits of the lesson that was kept back.
struct Learned {
    denim::History history;
    std::vector<std::vector<float>> logits;  ///< of each epoch (N, room)
};

/// A network that only answers; any number of threads may ask.
class Asked {
public:
    Asked() = default;
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    virtual ~Asked() = default;
    /// (N, room)
    [[nodiscard]] virtual std::vector<float> logits(const denim::Pictures& photographs) const = 0;
};

class Model {
public:
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    [[nodiscard]] virtual std::unique_ptr<Model> copy() const = 0;
    [[nodiscard]] virtual std::string trunk() const = 0;
    [[nodiscard]] virtual std::string summary() const = 0;
    [[nodiscard]] virtual denim::Shape frame() const = 0;  ///< of a photograph
    [[nodiscard]] virtual denim::Shape cut() const = 0;    ///< what the front gives
    [[nodiscard]] virtual std::size_t features() const = 0;  ///< how many the last layer reads
    [[nodiscard]] virtual std::size_t numbers() const = 0;   ///< how many parameters it has, with all outputs that there is room for
    [[nodiscard]] virtual float rate() const = 0;            ///< at which the body learns

    /// Takes weights that others learned, but for the last layer's. Throws denim::FileError, also where the trunk has none.
    virtual void import_pretrained(const std::filesystem::path& file) = 0;
    /// Throws denim::FileError; gives the file's other texts.
    virtual std::map<std::string, std::string> load(const std::filesystem::path& file) = 0;
    virtual void save(const std::filesystem::path& file, const std::map<std::string, std::string>& others) const = 0;

    /// What the front gives for photographs, one after the other.
    [[nodiscard]] virtual std::vector<float> cuts(const denim::Pictures& photographs) const = 0;
    /// What the last layer reads, from what the front gave.
    [[nodiscard]] virtual std::vector<float> features_of(std::span<const float> cuts) const = 0;
    /// (N, room)
    [[nodiscard]] virtual std::vector<float> logits(std::span<const float> cuts) const = 0;
    /// Itself, to be asked about whole photographs.
    [[nodiscard]] virtual std::unique_ptr<const Asked> asked() const = 0;

    /// Lets outputs from `first` on begin anew: those before `kinds` as likely as each other, the others shut.
    virtual void open_outputs(std::size_t first, std::size_t kinds) = 0;
    /// Takes a last layer (features + 1, room), the last row its bias.
    virtual void set_last(std::span<const float> layer) = 0;
    /// Teaches the last layer alone, from features.
    virtual Learned learn_last(const Lesson& train, const Lesson* kept_back, const LessonOptions& options) = 0;
    /// Teaches the body too, from what the front gave.
    virtual Learned learn_body(const Lesson& train, const Lesson* kept_back, const LessonOptions& options) = 0;

    [[nodiscard]] virtual denim::GradCam grad_cam(std::span<const float> cut) const = 0;
    [[nodiscard]] virtual denim::Occlusion occlude(const std::uint8_t* photograph) const = 0;
};

std::unique_ptr<Model> make_lite_225x193(denim::Seed seed);
std::unique_ptr<Model> make_lite_321x257(denim::Seed seed);
std::unique_ptr<Model> make_lite_449x353(denim::Seed seed);
std::unique_ptr<Model> make_small(denim::Seed seed);

/// The model of a trunk's name. Throws std::invalid_argument if there is none.
inline std::unique_ptr<Model> make_model(std::string_view trunk, denim::Seed seed) {
    if (trunk == "lite" || trunk == "lite-321x257") return make_lite_321x257(seed);
    if (trunk == "lite-225x193") return make_lite_225x193(seed);
    if (trunk == "lite-449x353") return make_lite_449x353(seed);
    if (trunk == "small") return make_small(seed);
    throw std::invalid_argument("a trunk lite, lite-225x193, lite-449x353 or small was expected, but got " + std::string{trunk});
}

}  // namespace tuning
