// SPDX-License-Identifier: MIT
// Files of torch.save, by golden/make_pytorch.py, and what is none.
#include <denim/format/pytorch.hpp>

#include <doctest/doctest.h>

#include "hostile.hpp"
#include "messages.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

std::filesystem::path written(const std::string& name) { return golden("pytorch/" + name + ".pth"); }

std::vector<float> numbers_of(const PyTorchWeights& file, const std::string& name) {
    const auto found = std::ranges::find(file.names(), name);
    REQUIRE(found != file.names().end());
    return file.read(static_cast<std::size_t>(found - file.names().begin())).as<float>();
}
void read_all(std::span<const std::byte> bytes) {
    const PyTorchWeights file{ByteSource{"test.pth", bytes}};
    for (std::size_t n = 0; n < file.names().size(); ++n) static_cast<void>(file.read(n));
}
std::string refusal(const std::filesystem::path& path) {
    return message_of([&] { PyTorchWeights{ByteSource{path}}; });
}

// An old file whose object is this pickle.
std::string refusal_of_pickle(std::string_view pickle) {
    const std::vector<std::byte> old = read_bytes(written("old"));
    const std::string whole{reinterpret_cast<const char*>(old.data()), old.size()};
    const std::size_t begin = whole.find("ccollections\nOrderedDict");
    const auto bytes = bytes_of_text(whole.substr(0, begin) + std::string{pickle});
    return message_of([&] { PyTorchWeights{ByteSource{"bad.pth", bytes}}; });
}

}  // namespace

TEST_CASE("state dicts of today's and of old files are read, views and all") {
    for (const std::string name : {"state", "old"}) {
        CAPTURE(name);
        const PyTorchWeights file{ByteSource{written(name)}};
        CHECK(file.names() == std::vector<std::string>{"conv.weight", "conv.bias", "turned", "part", "every_third", "half", "brain",
                                                       "norm.num_batches_tracked", "flags", "nothing"});
        const AnyArray weight = file.read(0);
        CHECK(weight.type == ElementType::float32);
        CHECK(weight.shape == std::vector<std::size_t>{2, 3, 2, 2});
        for (std::size_t n = 0; n < 24; ++n) CHECK(weight.values<float>()[n] == static_cast<float>(n) / 8);
        CHECK(numbers_of(file, "conv.bias") == std::vector{-1.5f, 2.5f});
        CHECK(file.read(2).shape == std::vector<std::size_t>{3, 2});
        CHECK(numbers_of(file, "turned") == std::vector<float>{0, 3, 1, 4, 2, 5});
        CHECK(numbers_of(file, "part") == std::vector<float>{4, 5, 6, 7});
        CHECK(numbers_of(file, "every_third") == std::vector<float>{0, 3, 6, 9});
        CHECK(numbers_of(file, "half") == std::vector<float>{0.5, -2});
        CHECK(numbers_of(file, "brain") == std::vector<float>{3});
        CHECK(file.read(7).type == ElementType::int64);
        CHECK(file.read(7).shape.empty());
        CHECK(numbers_of(file, "flags") == std::vector<float>{1, 0});
        CHECK(file.read(9).shape == std::vector<std::size_t>{0, 3});
    }
}

TEST_CASE("a checkpoint of training gives its state dict") {
    const PyTorchWeights file{ByteSource{written("checkpoint")}};
    CHECK(file.names() == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"});
    CHECK(numbers_of(file, "0.weight")[17] == 17.0f / 4);
    CHECK(numbers_of(file, "0.bias") == std::vector<float>{1, 1.25});
}

TEST_CASE("what is no state dict is refused as what it is") {
    CHECK(refusal(written("two")).find("one dictionary of tensors was expected, or one named 'state_dict' or 'model'; it has 'trunk', 'head'") != std::string::npos);
    CHECK(refusal(written("module")).find("it calls 'torch.nn.modules.container.Sequential', which is refused") != std::string::npos);
    CHECK(refusal(written("list")).ends_with("a dictionary of tensors was expected, as torch.save(model.state_dict(), ...) writes it, a list came"));
    CHECK(refusal(golden("types.npz")).find("this zip archive has no data.pkl") != std::string::npos);
    CHECK(refusal(golden("float32.npy")).find("a file of torch.save was expected") != std::string::npos);
}

TEST_CASE("nothing is called, and no circle, bomb or lie goes unnoticed") {
    using namespace std::string_view_literals;
    CHECK(refusal_of_pickle("cos\nsystem\n(X\x04\x00\x00\x00true"
                            "tR."sv).find("it calls 'os.system', which is refused") != std::string::npos);
    CHECK(refusal_of_pickle("cposix\nsystem\n.\x80\x02].").find("a dictionary of tensors was expected") != std::string::npos);
    CHECK(refusal_of_pickle("}q\x00X\x01\x00\x00\x00"
                            "ah\x00s.\x80\x02]."sv).find("a dictionary of tensors was expected") != std::string::npos);  // holds itself
    CHECK(refusal_of_pickle("}X\5\0\0\0stateK\1s.\x80\2]."sv).ends_with("writes it, a dictionary of 'state' came"));
    CHECK(refusal_of_pickle("}X\5\0\0\0state}K\1}ss.\x80\2]."sv).ends_with("writes it, a dictionary of 'state' came"));  // an optimizer's
    CHECK(refusal_of_pickle("K\3.\x80\2]."sv).ends_with("writes it, a number came"));
    CHECK(refusal_of_pickle("(X\7\0\0\0storagectorch\nQInt8Storage\nX\1\0\0\0aX\3\0\0\0cpuK\1tQ."sv).find(
              "numbers of float, double, half, bfloat16, bool or an integer were expected, those of 'torch.QInt8Storage' came") != std::string::npos);
    CHECK(refusal_of_pickle("\x80\x02R."sv).find("a value was expected on the stack") != std::string::npos);
    CHECK(refusal_of_pickle("\x80\x02t."sv).find("a mark was expected") != std::string::npos);
    CHECK(refusal_of_pickle("\x80\x02h\x05."sv).find("value 5 was not stored before") != std::string::npos);
    CHECK(refusal_of_pickle("\x80\x02i."sv).find("the opcode 69 is not one that weights need") != std::string::npos);
    CHECK(refusal_of_pickle("\x80\x02X\xff\xff\xff\xff."sv).find("it is cut") != std::string::npos);
    // A list of lists of lists, each a hundred times the same: as text it would have 10^16 entries.
    std::string bomb = "]q\x01";
    for (char level = 1; level < 9; ++level) {
        bomb += "](";
        for (int n = 0; n < 100; ++n) bomb += std::string{"h"} + level;
        bomb += std::string{"eq"} + static_cast<char>(level + 1);
    }
    CHECK(refusal_of_pickle(bomb + ".\x80\x02].").find("a dictionary of tensors was expected") != std::string::npos);
}

TEST_CASE("cut and flipped files are refused or read, never more") {
    check_cuts(read_bytes(written("old")), read_all);
    check_cuts(read_bytes(written("checkpoint")), read_all);
    check_flips(read_bytes(written("old")), read_all);
    check_flips(read_bytes(written("list")), [](auto bytes) { CHECK_THROWS_AS(read_all(bytes), FileError); throw FileError("list", "none"); });
}

TEST_CASE("a tensor that its storage does not hold is an error when it is read") {
    const std::vector<std::byte> old = read_bytes(written("old"));
    std::string whole{reinterpret_cast<const char*>(old.data()), old.size()};
    // (storage, first, (2,), (1,)) of conv.bias: the extent 2 becomes 3.
    const std::size_t name = whole.find("conv.bias");
    REQUIRE(name != std::string::npos);
    const std::size_t extent = whole.find("K\x02\x85", name);
    REQUIRE(extent != std::string::npos);
    whole[extent + 1] = 3;
    const auto bytes = bytes_of_text(whole);
    const PyTorchWeights file{ByteSource{"lie.pth", bytes}};
    CHECK(message_of([&] { static_cast<void>(file.read(1)); }).find("lie.pth, tensor 'conv.bias': a storage of 2 elements does not hold the shape (3,)") != std::string::npos);
}
