// SPDX-License-Identifier: MIT
#pragma once

// What a network of the zoo makes of pictures in a file.

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// Reads the pictures NAME.x.npy (N, H, W, C), and writes the logits NAME.y.npy.
template <class Network>
void write_zoo_logits(const Network& network, const std::filesystem::path& folder, const std::string& name) {
    using namespace denim;
    const AnyArray pictures = read_npy(folder / (name + ".x.npy"));
    const std::vector<float> numbers = pictures.as<float>();
    std::vector<float> logits(pictures.shape[0] * Network::output.size());
    Predictor{network}.predict({Network::input, pictures.shape[0], nullptr, numbers.data()}, logits.data());
    write_npy(folder / (name + ".y.npy"), AnyArray::of(std::span<const float>{logits}, {pictures.shape[0], Network::output.size()}));
}
