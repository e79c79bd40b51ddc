// SPDX-License-Identifier: MIT
// What sources cost: seconds, pictures a second, and the most memory that the process had.
//
//     data.stream unpack FROM TO                               the gzipped IDX files of Fashion-MNIST, linked in TO and unpacked there
//     data.stream fashion memory|file|cache FOLDER [EPOCHS]    Fashion-MNIST in memory, from those unpacked, from a cache of those that are not
//     data.stream photographs FOLDER COUNT                     COUNT photographs of 224 x 224, made where they are missing, train a network
//     data.stream decode PHOTOS                                photographs category/subclass/... to a network of hardly any arithmetic
//     data.stream names FOLDER COUNT                           COUNT names, made where they are missing, until the first batch is there
#include <denim/data.hpp>
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/image.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace denim;
namespace fs = std::filesystem;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double peak_megabytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

template <class Network>
void say(const char* what, const Network& network, const History& history, double before) {
    double seconds = 0, waited = 0, images = 0;
    for (const Epoch& epoch : history.epochs) {
        seconds += epoch.seconds;
        waited += epoch.waited;
        images += epoch.images_per_second * epoch.seconds;
    }
    std::printf("%s: %.2f s, %.0f pictures a second, reading waited for %.1f s, %.0f MB before and %.0f MB at most, weights %016llx\n", what, seconds,
                images / seconds, waited, before, peak_megabytes(), static_cast<unsigned long long>(content_sum(network.parameters())));
}

using Small = Network<Image<28, 28, 1>, Sequential<Conv<3, 32, Same>, MaxPool, Conv<3, 64, Same>, MaxPool, Dropout, Dense<10>>>;

void unpack(const fs::path& from, const fs::path& to) {
    const AnyArray array = read_idx(from);
    AtomicFile file{to};
    const std::uint32_t axes = static_cast<std::uint32_t>(array.shape.size());
    std::string head{"\0\0\x08", 3};
    head += static_cast<char>(axes);
    for (const std::size_t extent : array.shape)
        for (int shift = 24; shift >= 0; shift -= 8) head += static_cast<char>(extent >> shift & 255);
    file.write(head);
    file.write(array.bytes);
    file.commit();
}

void unpack_all(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    for (const std::string name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"}) {
        if (!fs::exists(to / (name + ".gz"))) fs::create_symlink(fs::absolute(from / (name + ".gz")), to / (name + ".gz"));
        unpack(from / (name + ".gz"), to / name);
    }
}

void fashion(const std::string& from, const fs::path& folder, std::size_t epochs) {
    const auto name = [&](const char* part, bool packed) {
        return folder / ("train-" + std::string{part} + (packed ? "-ubyte.gz" : "-ubyte"));
    };
    const FitOptions how{.epochs = epochs, .batch = 64, .seed = Seed{1}};
    Small network{Seed{1}};
    {  // what the network itself takes
        const Array<std::uint8_t, 4> few = xt::zeros<std::uint8_t>({64, 28, 28, 1});
        const Array<int, 1> labels = xt::zeros<int>({64});
        Small other{Seed{1}};
        fit(other, few, labels, {.epochs = 1, .batch = 64});
    }
    const double before = peak_megabytes();
    const auto run = [&](const auto& set) { say(from.c_str(), network, fit(network, set, how), before); };
    if (from == "memory") {
        run(StreamedDataSet{name("images-idx3", false), name("labels-idx1", false)}.load());
    } else if (from == "file") {
        run(StreamedDataSet{name("images-idx3", false), name("labels-idx1", false)});
    } else {
        run(CachedSource{StreamedDataSet{name("images-idx3", true), name("labels-idx1", true)}, folder / "fashion.cache"});
    }
}

using Coarse = Network<Image<224, 224, 3>, Sequential<Conv<5, 16, Stride<4>>, MaxPool, Conv<3, 32>, MaxPool, GlobalPool<Average>, Dense<10>>>;

void photographs(const fs::path& folder, std::size_t count) {
    const double start = now();
    for (int label = 0; label < 10; ++label) fs::create_directories(folder / std::to_string(label));
    parallel_for(count, count * 1'000'000, [&](std::size_t n) {
        const fs::path path = folder / std::to_string(n % 10) / (std::to_string(n) + ".jpg");
        if (fs::exists(path)) return;
        Random random{Seed{1}, n};
        Picture picture{{224, 224}};
        const std::uint32_t a = random.below(64) + 1, b = random.below(64) + 1, c = random.below(200);
        for (std::uint32_t y = 0; y < 224; ++y)
            for (std::uint32_t x = 0; x < 224; ++x) {
                std::uint8_t* pixel = picture.at(y, x);
                pixel[0] = static_cast<std::uint8_t>((x * a / 16 + y * (n % 10)) & 255);
                pixel[1] = static_cast<std::uint8_t>((y * b / 16 + x * x / 64) & 255);
                pixel[2] = static_cast<std::uint8_t>(c + (x ^ y) % 32);
            }
        const std::vector<std::uint8_t> bytes = encode_jpeg(picture, 80);
        std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    });
    std::printf("made or found in %.1f s\n", now() - start);
    const Photographs photos{folder, Size{224, 224}};
    Coarse network{Seed{1}};
    say("photographs", network, fit(network, photos, {.epochs = 1, .batch = 64}, ProgressBar{}), 0);
}

using Trivial = Network<Image<120, 90, 3>, Sequential<Pool<Average, 10, Stride<10>>, Dense<20>>>;

void decode(const fs::path& folder) {
    const double start = now();
    const Photographs photos{folder, Size{120, 90}, {.label_folder = 1}};
    Trivial network{Seed{1}};
    const History history = fit(network, photos, {.epochs = 1, .batch = 64});
    say("decode", network, history, 0);
    const double seconds = now() - start;
    std::printf("%zu photographs in %.2f s, %.0f a second, all together\n", photos.size(), seconds, static_cast<double>(photos.size()) / seconds);
}

void names(const fs::path& folder, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) {
        char name[60];
        std::snprintf(name, sizeof name, "n%08zu/n%08zu_%zu.JPEG", n % 1000 * 7919, n % 1000 * 7919, n);
        if (n < 1000) fs::create_directories((folder / name).parent_path());
        if (n == 0 && fs::exists(folder / name)) break;
        if (n % 50'000 == 0)
            write_jpeg(folder / name, Picture{{40, 40}});
        else {
            char first[60];
            const std::size_t f = n / 50'000 * 50'000;
            std::snprintf(first, sizeof first, "n%08zu/n%08zu_%zu.JPEG", f % 1000 * 7919, f % 1000 * 7919, f);
            fs::create_hard_link(folder / first, folder / name);
        }
    }
    const double start = now(), before = peak_megabytes();
    struct Stop {
        double start;
        void on_batch(Run& run) const {
            std::printf("the first batch has been learned from after %.2f s\n", now() - start);
            run.stop = true;
        }
    };
    const Photographs photos{folder, Size{32, 32}};
    std::printf("%zu names, %zu classes after %.2f s, %.0f MB at most (%.0f before)\n", photos.size(), photos.class_names.size(), now() - start,
                peak_megabytes(), before);
    Network<Image<32, 32, 3>, Sequential<Pool<Average, 8, Stride<8>>, Dense<1000>>> network{Seed{1}};
    fit(network, photos, {.epochs = 1, .batch = 64}, Stop{start});
    std::printf("%.0f MB at most\n", peak_megabytes());
}

}  // namespace

int main(int count, char** words) {
    const std::vector<std::string> said{words + 1, words + count};
    if (said.size() == 3 && said[0] == "unpack")
        unpack_all(said[1], said[2]);
    else if (said.size() >= 3 && said[0] == "fashion")
        fashion(said[1], said[2], said.size() > 3 ? std::stoul(said[3]) : 3);
    else if (said.size() == 3 && said[0] == "photographs")
        photographs(said[1], std::stoul(said[2]));
    else if (said.size() >= 2 && said[0] == "decode")
        decode(said[1]);
    else if (said.size() == 3 && said[0] == "names")
        names(said[1], std::stoul(said[2]));
    else
        return std::fputs("unpack FROM TO, fashion memory|file|cache FOLDER [EPOCHS], photographs FOLDER COUNT, decode PHOTOS, names FOLDER COUNT\n",
                          stderr),
               2;
}
