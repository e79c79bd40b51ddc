// SPDX-License-Identifier: MIT
#include "tuning/tuned_file.hpp"

#include "tuning/trunks.hpp"

#include <denim/format/weights.hpp>
#include <denim/machine/finite.hpp>
#include <denim/metric/calibration.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tuning {

std::map<std::string, std::string> TunedTexts::texts() const {
    return {{"trunk", trunk},
            {"kinds", nlohmann::json(kinds).dump()},
            {"temperature", nlohmann::json(temperature).dump()},
            {"sure", nlohmann::json(sure).dump()},
            {"largest_logits", nlohmann::json(largest).dump()}};
}

TunedTexts TunedTexts::from(const std::map<std::string, std::string>& texts) {
    const auto parsed = [&](const char* key) {
        const auto found = texts.find(key);
        return found == texts.end() ? nlohmann::json{} : nlohmann::json::parse(found->second, nullptr, false);
    };
    const auto all_of = [](const nlohmann::json& list, auto is) { return list.is_array() && std::ranges::all_of(list, is); };
    const auto trunk = texts.find("trunk");
    const nlohmann::json kinds = parsed("kinds"), temperature = parsed("temperature"), sure = parsed("sure"), largest = parsed("largest_logits");
    const bool whole = trunk != texts.end() && all_of(kinds, [](const auto& kind) { return kind.is_string(); }) && !kinds.empty() &&
                       kinds.size() <= room && temperature.is_number() && temperature.get<double>() > 0 && sure.is_number() &&
                       all_of(largest, [](const auto& logit) { return logit.is_number(); });
    if (!whole) throw std::invalid_argument("it is no network of fine_tune: its metadata lack a trunk, kinds, temperature, sure or largest_logits");
    return {trunk->second, kinds, temperature, sure, largest};
}

void TunedTexts::calibrate(std::span<const float> logits, std::span<const std::int32_t> labels) {
    temperature = denim::fit_temperature(logits, labels, room);
    std::vector<std::pair<double, bool>> answers;  // confidence, and whether it was right
    largest.clear();
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const auto own = logits.subspan(n * room, room);
        const Verdict verdict = judge(*this, own);
        answers.emplace_back(verdict.probabilities[verdict.best], std::cmp_equal(verdict.best, labels[n]));
        largest.push_back(static_cast<double>(std::ranges::max(own)));
    }
    std::ranges::sort(largest);
    std::ranges::sort(answers, std::greater{});
    sure = 1;
    for (std::size_t n = 0, wrong = 0; n < answers.size(); ++n) {
        wrong += answers[n].second ? 0 : 1;
        if (20 * wrong <= n + 1) sure = answers[n].first;
    }
}

Verdict judge(const TunedTexts& texts, std::span<const float> logits) {
    if (!denim::all_finite(logits)) throw std::runtime_error("the network's answer to the photograph is not a number");
    Verdict verdict;
    const std::vector<float> probabilities = denim::softmax(logits.first(texts.kinds.size()), texts.kinds.size(), texts.temperature);
    verdict.probabilities.assign(probabilities.begin(), probabilities.end());
    verdict.best = static_cast<std::size_t>(std::ranges::max_element(verdict.probabilities) - verdict.probabilities.begin());
    const auto stranger = std::ranges::upper_bound(texts.largest, static_cast<double>(logits[verdict.best])) - texts.largest.begin();
    verdict.familiarity = texts.largest.empty() ? 1 : static_cast<double>(stranger) / static_cast<double>(texts.largest.size());
    return verdict;
}

TunedFile::TunedFile(const std::filesystem::path& path) {
    try {
        texts_ = TunedTexts::from(denim::read_weights(path).metadata().others);
        model_ = make_model(texts_.trunk, denim::Seed{});
    } catch (const std::invalid_argument& error) {
        throw denim::FileError(path.string(), error.what());
    }
    model_->load(path);
    asked_ = model_->asked();
}

Verdict TunedFile::ask(const std::uint8_t* photograph) const { return judge(texts_, asked_->logits({frame(), 1, photograph, nullptr})); }

}  // namespace tuning
