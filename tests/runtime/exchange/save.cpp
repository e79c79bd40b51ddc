// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

using namespace denim;

namespace {

using Small = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, BatchNorm, Dense<3>>>;
using Wider = Network<Image<8, 8, 1>, Sequential<Conv<3, 5>, MaxPool, BatchNorm, Dense<3>>>;
using Straight = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Linear>, MaxPool, BatchNorm, Dense<3>>>;

struct Folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("denim-save-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a network comes back from its file with every bit, and its labels") {
    const Folder folder;
    const auto file = folder.path / "small.safetensors";
    const Small network{Seed{3}};
    save(network, file, {.labels = {"a", "b", "c"}});
    Small loaded;
    const WeightsMetadata metadata = load_into(loaded, file);
    CHECK(std::equal(network.parameters().begin(), network.parameters().end(), loaded.parameters().begin()));
    CHECK(metadata.labels == std::vector<std::string>{"a", "b", "c"});
    CHECK(metadata.architecture == "Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, BatchNorm, Dense<3>>");
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, std::filesystem::directory_iterator{}) == 1);
}

TEST_CASE("what does not fit is an error that names both sides, and changes nothing") {
    const Folder folder;
    const auto file = folder.path / "small.safetensors";
    save(Small{Seed{3}}, file);
    Wider wider{Seed{4}};
    const std::vector<float> before(wider.parameters().begin(), wider.parameters().end());
    const std::string wrong = message_of([&] { load_into(wider, file); });
    CHECK(wrong.find("0.weights (3, 3, 1, 4)") != wrong.npos);
    CHECK(wrong.find("0.weights (3, 3, 1, 5)") != wrong.npos);
    CHECK(wrong.find("small.safetensors") != wrong.npos);
    CHECK(std::equal(before.begin(), before.end(), wider.parameters().begin()));
    const std::string activation = message_of([&] { (void)load<Straight>(file); });
    CHECK(activation.find("Conv<3, 4>") != activation.npos);
    CHECK(activation.find("Conv<3, 4, Linear>") != activation.npos);
    CHECK_THROWS_AS(save(Small{}, file, {.labels = {"a", "b"}}), std::invalid_argument);
    CHECK_THROWS_AS((void)load<Small>(folder.path / "missing.safetensors"), std::runtime_error);
}

TEST_CASE("a file of others is named, and what reads it") {
    Small network{Seed{4}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    const auto refusal = [&](const std::filesystem::path& file) { return message_of([&] { load_into(network, file); }); };
    CHECK(refusal(golden("pytorch/state.pth")).ends_with(": a safetensors file was expected, this is a PyTorch file; import_weights(network, FILE, WeightLayout::pytorch) reads it"));
    CHECK(refusal(golden("pytorch/old.pth")).ends_with("this is a PyTorch file of before version 1.6; import_weights(network, FILE, WeightLayout::pytorch) reads it"));
    CHECK(refusal(golden("types.npz")).ends_with("this is an npz file of NumPy's; import_weights(network, FILE, LAYOUT) reads it, where LAYOUT says whose its arrays are"));
    const Folder folder;
    std::ofstream{folder.path / "x.h5", std::ios::binary} << "\x89HDF\r\n\x1a\n" << std::string(500, ' ');
    CHECK(refusal(folder.path / "x.h5").ends_with("this is an HDF5 file (Keras's older .h5?); with denim/hdf5.hpp, import_weights(network, FILE) reads it"));
    CHECK(refusal(folder.path).ends_with(": a regular file was expected, it is a folder"));
    CHECK(std::equal(before.begin(), before.end(), network.parameters().begin()));
}

TEST_CASE("weights that changed in the file are noticed") {
    const Folder folder;
    const auto file = folder.path / "small.safetensors";
    save(Small{Seed{3}}, file);
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(-8, std::ios::end);
    const float other = 17;
    bytes.write(reinterpret_cast<const char*>(&other), sizeof other);
    bytes.close();
    CHECK(message_of([&] { (void)load<Small>(file); }).find("when it was saved") != std::string::npos);

    Small broken{Seed{3}};
    broken.edit([](auto& layers) { layers.template get<3>().weights()(0, 0) = std::numeric_limits<float>::quiet_NaN(); });
    CHECK_THROWS_AS(save(broken, file), std::exception);
}

TEST_CASE("weights that are no numbers are not saved, and what stood there stays") {
    const Folder folder;
    const auto file = folder.path / "small.safetensors";
    const Small good{Seed{3}};
    save(good, file);
    for (const float wrong : {not_a_number<float>(), std::numeric_limits<float>::infinity()})
        for (const Row& row : good.rows()) {
            Small broken = good;
            broken.edit_parameters([&](std::span<float> numbers) { numbers[row.offset] = wrong; });
            CHECK_THROWS_AS(save(broken, file), std::invalid_argument);
            CHECK_THROWS_AS(save(broken, folder.path / "new.safetensors"), std::invalid_argument);
        }
    CHECK(std::ranges::equal(load<Small>(file).parameters(), good.parameters()));
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, {}) == 1);
}
