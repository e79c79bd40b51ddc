// SPDX-License-Identifier: MIT
#pragma once

// What comparisons have in common: contestants answer for the same test photographs, seed by seed, and each answer is scored.

#include "fashion/comparison.hpp"
#include "fashion/tasks.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fashion {

/// The photographs that are asked about, of one category or of all.
struct Contest {
    const Options& options;
    std::string category;  ///< empty: all
    std::span<const Kind> own;  ///< its kinds
    LabelledSet test;
    std::vector<std::size_t> everyone;  ///< all places of the test set

    /// `of`: the task whose test set it is.
    Contest(const Options& from, const Task& of);

    /// The place among its kinds of what a photograph shows.
    [[nodiscard]] std::int32_t truth(std::size_t photograph) const {
        return test.shown[photograph] - static_cast<std::int32_t>(own.data() - kinds.data());
    }
    template <class Task>
    [[nodiscard]] denim::SweepRow train() const {
        return StudyTask<Task>::train(options, sets_of<Task>(options.data)).rows[0];
    }
    template <class Task>
    [[nodiscard]] auto predictor(const denim::SweepRun& run) const {
        return std::make_shared<denim::Predictor<typename Task::Network>>(StudyTask<Task>::network(options, run));
    }
};

/// What a contestant says of each test photograph, a place among the contest's kinds, and how long it takes for one.
struct Said {
    std::vector<std::int32_t> answers;
    double milliseconds = 0;
};

/// A contestant, and what its networks of run number n say.
struct Entry {
    Contestant contestant;
    std::function<Said(std::size_t)> ask;
};

/// The answers and how long they took.
template <class Answer>
Said timed(const Contest& contest, Answer&& answer) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::int32_t> answers = answer();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    return {std::move(answers), time.count() / static_cast<double>(contest.test.size())};
}

/// The likeliest classes of the pictures at some places of a set.
template <class Network>
std::vector<std::int32_t> likeliest(const denim::Predictor<Network>& predictor, const denim::DataSet& set, std::span<const std::size_t> places) {
    std::vector<std::uint8_t> pixels;
    for (const std::size_t place : places) pixels.insert(pixels.end(), set.picture(place), set.picture(place) + set.shape().size());
    denim::Pictures pictures{set.shape(), places.size()};
    pictures.bytes = pixels.data();
    std::vector<float> logits(places.size() * Network::output.size());
    predictor.predict(pictures, logits.data());
    return denim::predicted_classes(logits, Network::output.size());
}

/// What several networks took to learn, seed by seed.
std::vector<double> seconds_of(std::initializer_list<const denim::SweepRow*> rows);

/// One network with a head for each question, told the category where the contest is of one: of its kinds the likeliest.
Entry enter_heads(const Contest& contest);

/// Asks all of them, seed by seed, and scores what they say.
Comparison compare(const Contest& contest, std::vector<Entry> entries);

}  // namespace fashion
