// SPDX-License-Identifier: MIT
// A layer of one's own: every pixel sees its row's and column's place as two more channels (Liu and others, "CoordConv", 2018), so that a
// convolution can tell where it is. The corner in which a dot lies is then easy for a network that forgets places otherwise.
#include <denim/all.hpp>
#include <iostream>
using namespace denim;

template <class Arithmetic, Layout Out, Layout In>
struct PlacesLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_row_and_column<In.shape>([&](std::size_t y, std::size_t x) {
            Stored* const to = at.output + Out.offset(y, x);
            std::copy_n(at.input() + In.offset(y, x), In.shape.channels, to);
            to[In.shape.channels] = static_cast<Stored>(y) / In.shape.height;
            to[In.shape.channels + 1] = static_cast<Stored>(x) / In.shape.width;
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < In.shape.channels; ++c) {
                    Stored& gradient = at.input_gradient()[in + c];
                    gradient = (Input == Gradient::add ? gradient : Stored{0}) + at.output_gradient[out + c];
                }
            });
    }
};

struct Places : SpecDefaults {
    static constexpr Shape output(Shape in) { return {in.height, in.width, in.channels + 2}; }
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PlacesLayer<Arithmetic, Out, In>;
};
static_assert(check_layer<Places, Shape{8, 8, 3}>());

template <class... Before>
double accuracy(const Array<std::uint8_t, 4>& images, const Array<int, 1>& labels) {
    Network<Image<24, 24, 1>, Sequential<Before..., Conv<1, 16>, Conv<1, 16>, GlobalPool<Max>, Dense<4>>> network{Seed{1}};
    fit(network, images, labels, {.epochs = 30, .batch = 32, .optimizer = Adam{.rate = 1e-2f}});
    return evaluate(network, images, labels).accuracy;
}

int main() {
    Array<std::uint8_t, 4> images(std::array<std::size_t, 4>{400, 24, 24, 1}, std::uint8_t{0});
    Array<int, 1> labels(std::array<std::size_t, 1>{400});
    Random random{Seed{2}};
    for (std::size_t n = 0; n < 400; ++n) {
        const std::size_t y = random.below(24), x = random.below(24);
        images(n, y, x, 0) = 255;
        labels(n) = (y < 12 ? 0 : 2) + (x < 12 ? 0 : 1);
    }
    const double with = accuracy<Places>(images, labels), without = accuracy<>(images, labels);
    std::cout << "with places " << with << ", without " << without << '\n';
    return with > 0.9 && without < 0.5 ? 0 : 1;
}
