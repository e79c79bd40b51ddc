// SPDX-License-Identifier: MIT
// What read_keras_weights finds in each of Keras's files, for keras_files.py: FILE.npz beside it, and a line.
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>
#include <denim/hdf5.hpp>

#include <cstdio>
#include <exception>

using namespace denim;

int main(int count, char** files) {
    int status = 0;
    for (int n = 1; n < count; ++n) try {
            const KerasWeights weights = read_keras_weights(files[n]);
            std::vector<NamedView> views;
            for (const ForeignTensor& tensor : weights.tensors)  // names may be twice in the file, not in the npz
                views.push_back({std::to_string(views.size()) + " " + tensor.name,
                                 AnyArrayView::of(std::span<const float>{tensor.values}, tensor.shape)});
            write_npz(std::string{files[n]} + ".npz", views);
            std::printf("%s: %zu arrays, %s\n", files[n], views.size(), weights.ordered ? "in order" : "without order");
        } catch (const std::exception& error) {
            std::printf("%s\n", error.what());
            status = 1;
        }
    return status;
}
