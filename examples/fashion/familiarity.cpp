// SPDX-License-Identifier: MIT
#include "fashion/familiarity.hpp"

#include <denim/machine/random.hpp>
#include <denim/tensor/array.hpp>

#include <nlohmann/json.hpp>

#include "fashion/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace fashion {
namespace {

constexpr std::size_t rows = 24, columns = 18, block = 5, points = rows * columns, components = 32, steps = 200;
constexpr const char* key = "familiarity of shapes";  // files of before have "familiarity", of pictures as dark as they were

float product(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
}

/// How dark a photograph is in each of the blocks, as a vector of length 1: what counts is the shape, not how strongly it stands out. All
/// zeros if nothing is there.
std::vector<float> points_of(const std::uint8_t* pixels) {
    std::vector<float> dark(points);
    constexpr std::size_t width = columns * block, channels = 3;
    for (std::size_t y = 0; y < rows * block; ++y)
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < channels; ++c)
                dark[y / block * columns + x / block] += static_cast<float>(255 - *pixels++);
    const float length = std::sqrt(product(dark, dark));
    for (float& value : dark) value = length > 0 ? value / length : 0;
    return dark;
}

/// The points of each photograph that shows a category.
std::vector<std::vector<float>> points_of(const ShownPhotographs& photographs, std::string_view category) {
    std::vector<std::vector<float>> all;
    for (std::size_t n = 0; n < photographs.shown.size(); ++n)
        if (kinds[static_cast<std::size_t>(photographs.shown[n])].category == category)
            all.push_back(points_of(&photographs.images(n, 0, 0, 0)));
    return all;
}

void subtract(std::vector<float>& from, float times, const std::vector<float>& what) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * what[i];
}

/// What is left of each vector at right angles to those before it, of length 1, or 0 if nothing is.
void straighten(std::vector<std::vector<float>>& vectors) {
    for (std::size_t k = 0; k < vectors.size(); ++k) {
        for (std::size_t before = 0; before < k; ++before)
            subtract(vectors[k], product(vectors[k], vectors[before]), vectors[before]);
        const float length = std::sqrt(product(vectors[k], vectors[k]));
        for (float& value : vectors[k]) value = length > 1e-6f ? value / length : 0;
    }
}

/// The directions in which pictures differ most from their mean; by orthogonal iteration with their covariance.
std::vector<std::vector<float>> principal_components(const std::vector<std::vector<float>>& pictures,
                                                     const std::vector<float>& mean) {
    std::vector<std::vector<float>> covariance(points, std::vector<float>(points));
    for (std::vector<float> picture : pictures) {
        subtract(picture, 1, mean);
        for (std::size_t i = 0; i < points; ++i)
            if (picture[i] != 0) subtract(covariance[i], -picture[i] / static_cast<float>(pictures.size()), picture);
    }
    std::vector<std::vector<float>> found(components, std::vector<float>(points));
    denim::Random random{denim::Seed{1}};
    for (auto& vector : found)
        for (float& value : vector) value = static_cast<float>(random.uniform() - 0.5);
    constexpr std::size_t rounds = 60;
    for (std::size_t round = 0; round < rounds; ++round) {
        straighten(found);
        for (auto& vector : found) {
            std::vector<float> next(points);
            for (std::size_t i = 0; i < points; ++i) next[i] = product(covariance[i], vector);
            vector = std::move(next);
        }
    }
    straighten(found);
    return found;
}

/// To four digits behind the point, which is all that a file keeps.
void round_numbers(std::vector<float>& numbers) {
    for (float& number : numbers) number = std::round(number * 1e4f) / 1e4f;
}

/// As doubles of four digits: a float's own would be written with more.
nlohmann::json json_of(const std::vector<float>& numbers) {
    nlohmann::json json = nlohmann::json::array();
    for (const float number : numbers) json.push_back(std::round(static_cast<double>(number) * 1e4) / 1e4);
    return json;
}

}  // namespace

double Familiarity::Space::distance(std::vector<float> picture) const {
    subtract(picture, 1, mean);
    const std::vector<float> centred = picture;
    for (const std::vector<float>& component : components) subtract(picture, product(centred, component), component);
    return std::sqrt(static_cast<double>(product(picture, picture)));
}

Familiarity Familiarity::of(const ShownPhotographs& train, const ShownPhotographs& validation) {
    Familiarity result;
    for (const std::string& category : class_names(tasks[0])) {
        const auto learned = points_of(train, category), known = points_of(validation, category);
        if (learned.empty()) continue;
        Space& space = result.spaces_[category];
        space.mean.resize(points);
        for (const auto& picture : learned) subtract(space.mean, -1 / static_cast<float>(learned.size()), picture);
        round_numbers(space.mean);
        space.components = principal_components(learned, space.mean);
        std::ranges::for_each(space.components, round_numbers);

        std::vector<double> all;
        for (const auto& picture : known.empty() ? learned : known) all.push_back(space.distance(picture));
        std::ranges::sort(all);
        for (std::size_t step = 0; step <= steps; ++step) space.distances.push_back(all[step * (all.size() - 1) / steps]);
    }
    return result;
}

double Familiarity::score(const std::uint8_t* pixels, std::string_view category) const {
    const auto space = spaces_.find(category);
    if (space == spaces_.end()) return 0;
    const std::vector<double>& known = space->second.distances;
    const std::vector<float> picture = points_of(pixels);
    if (product(picture, picture) == 0) return 0;  // white all over: there is nothing to be like anything
    const auto nearer = std::ranges::lower_bound(known, space->second.distance(picture)) - known.begin();
    return 1 - static_cast<double>(nearer) / static_cast<double>(known.size());
}

std::map<std::string, std::string> Familiarity::texts() const {
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [category, space] : spaces_) {
        nlohmann::json vectors = nlohmann::json::array();
        for (const auto& component : space.components) vectors.push_back(json_of(component));
        json[category] = {{"mean", json_of(space.mean)}, {"components", vectors}, {"distances", space.distances}};
    }
    return {{key, json.dump()}};
}

Familiarity Familiarity::from(const std::map<std::string, std::string>& texts) {
    Familiarity result;
    try {
        const auto categories = nlohmann::json::parse(texts.at(key));
        for (const auto& [category, json] : categories.items()) {
            Space space{json.at("mean").get<std::vector<float>>(), json.at("components").get<std::vector<std::vector<float>>>(),
                        json.at("distances").get<std::vector<double>>()};
            bool sound = space.mean.size() == points && !space.distances.empty() && std::ranges::is_sorted(space.distances);
            for (const auto& component : space.components) sound = sound && component.size() == points;
            if (!sound) throw std::invalid_argument("sizes");
            result.spaces_.emplace(category, std::move(space));
        }
    } catch (const std::exception&) {
        throw std::invalid_argument("its metadata lack what photographs of each category look like; train it again");
    }
    return result;
}

}  // namespace fashion
