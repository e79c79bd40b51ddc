// SPDX-License-Identifier: MIT
// Copies every file of one folder into another: what Denim reads there, it writes here. formats.py compares the two.
#include <denim/format.hpp>

#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

using namespace denim;

namespace {

void copy_npz(const std::filesystem::path& from, const std::filesystem::path& to) {
    const auto arrays = read_npz(from);
    std::vector<NamedView> views;
    for (const auto& [name, array] : arrays) views.push_back({name, array});
    write_npz(to / from.filename(), views, Compression::deflated);
    write_npz(to / ("stored_" + from.filename().string()), views, Compression::stored);

    // A few rows at a time, from file to file.
    const Npz file{from};
    NpzWriter rows{to / ("rows_" + from.filename().string()), Compression::deflated};
    for (const auto& [name, array] : arrays) {
        if (array.shape.empty() || file.header(name).fortran_order) {
            rows.write(name, array);
            continue;
        }
        RowReader reader = file.rows(name);
        rows.begin(name, reader.type(), reader.shape());
        for (std::size_t row = 0; row < reader.rows(); ++row) rows.append(reader.read(row, row + 1));
    }
    rows.finish();

    // All records in the form for archives beyond 4 GiB.
    detail::ZipWriter wide{to / ("zip64_" + from.filename().string()), 0};
    for (const auto& [name, array] : arrays) {
        const std::string header = npy_header(array.type, array.shape);
        wide.begin(name + ".npy", header.size() + array.bytes.size(), Compression::deflated);
        wide.write(std::as_bytes(std::span{header}));
        wide.write(array.bytes);
        wide.end();
    }
    wide.finish();
}

void copy_safetensors(const std::filesystem::path& from, const std::filesystem::path& to) {
    const Safetensors file{from};
    std::vector<NamedView> views;
    for (const TensorEntry& tensor : file.tensors()) views.push_back({tensor.name, file.view(tensor)});
    write_safetensors(to / from.filename(), views, file.metadata());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "use: %s FOLDER-TO-READ FOLDER-TO-WRITE\n", arguments[0]);
        return 2;
    }
    try {
        const std::filesystem::path to = arguments[2];
        for (const auto& entry : std::filesystem::directory_iterator{arguments[1]}) {
            const std::filesystem::path& from = entry.path();
            if (from.extension() == ".npy") write_npy(to / from.filename(), read_npy(from));
            if (from.extension() == ".npz") copy_npz(from, to);
            if (from.extension() == ".safetensors") copy_safetensors(from, to);
        }
        const std::vector<float> kernel{0.1f, -0.0f, 3e38f, 1e-45f, 5, 6}, bias{0.5f, 2};
        const WeightsMetadata metadata{.architecture = "Network<Image<1, 1, 3>>",
                                       .labels = {"boots", "caf\xc3\xa9"},
                                       .preprocessing = Preprocessing{.scale = 0.5f, .mean = {1}, .deviation = {2}}};
        write_weights(to / "weights.safetensors",
                      std::vector<NamedTensor>{{"conv.weights", {3, 2}, kernel}, {"conv.bias", {2}, bias}}, metadata);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
