// SPDX-License-Identifier: MIT
#pragma once

// The instances of the transformed convolution's kernels that denim::compiled holds: every window and way back, pictures of one and of three
// channels. What other layers ask for is made where it is asked for.

#include <denim/kernel/transformed_convolution.hpp>

namespace denim::inline DENIM_TARGET::kernel {

#define DENIM_OF_EPILOGUE(side, end)                                                                                                     \
    DENIM_TEMPLATE(void run_tiles<side>(const TilePass&, const Multiply&, const float*, const float*, float*, std::size_t, std::size_t,            \
                                        const detail::WriteOutput<end, side>&));                                                                 \
    DENIM_TEMPLATE(void few_forward<1, side, end>(const Convolution&, const TileRow&, const Tiles&, const float*, const float*, const float*,      \
                                                  float*, std::uint8_t*, float*, std::size_t, std::size_t));                                     \
    DENIM_TEMPLATE(void few_forward<3, side, end>(const Convolution&, const TileRow&, const Tiles&, const float*, const float*, const float*,      \
                                                  float*, std::uint8_t*, float*, std::size_t, std::size_t))

#define DENIM_OF_GRADIENT(side, written)                                                                                                         \
    DENIM_TEMPLATE(void run_tiles<side>(const TilePass&, const Multiply&, const float*, const float*, float*, std::size_t, std::size_t,            \
                                        const detail::WriteGradient<written, side>&))

#define DENIM_OF_WINDOW(window, side)                                                                                                            \
    DENIM_OF_EPILOGUE(side, Epilogue::linear);                                                                                           \
    DENIM_OF_EPILOGUE(side, Epilogue::relu);                                                                                             \
    DENIM_OF_EPILOGUE(side, Epilogue::relu_pool);                                                                                        \
    DENIM_OF_GRADIENT(side, Gradient::write);                                                                                                    \
    DENIM_OF_GRADIENT(side, Gradient::add);                                                                                                      \
    DENIM_TEMPLATE(void few_weights<window>(const Convolution&, const float*, float*));                                                          \
    DENIM_TEMPLATE(void forward_weights<window>(const Convolution&, const TilePass&, const float*, float*, std::size_t));                         \
    DENIM_TEMPLATE(void backward_weights<window>(const Convolution&, const TilePass&, const float*, float*, std::size_t, std::size_t));           \
    DENIM_TEMPLATE(void add_weight_gradient<side>(const TilePass&, const GradientTiles&, const GradientSums&, const Accumulate&, const float*,     \
                                                  const float*, float*, float*));                                                                \
    DENIM_TEMPLATE(void finish_weight_gradient<window>(const Convolution&, const GradientSums&, const float*, float*, std::size_t, std::size_t,    \
                                                       std::size_t));                                                                            \
    DENIM_TEMPLATE(void add_few_winners<window, 1>(const Convolution&, const float*, const float*, float*, const std::uint8_t*, float*, float*,    \
                                                   float*));                                                                                     \
    DENIM_TEMPLATE(void add_few_winners<window, 3>(const Convolution&, const float*, const float*, float*, const std::uint8_t*, float*, float*,    \
                                                   float*));                                                                                     \
    DENIM_TEMPLATE(void add_winners_gradient<window, winner_vectors(window, 64)>(const Convolution&, const float*, const float*, const float*,     \
                                                                                 const std::uint8_t*, float*, float*, float*))

DENIM_OF_WINDOW(3, 6);
DENIM_OF_WINDOW(5, 4);
DENIM_OF_WINDOW(7, 2);
DENIM_TEMPLATE(void unfold_gradient<Epilogue::linear>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));
DENIM_TEMPLATE(void unfold_gradient<Epilogue::relu>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));
DENIM_TEMPLATE(void unfold_gradient<Epilogue::relu_pool>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));

#undef DENIM_OF_WINDOW
#undef DENIM_OF_GRADIENT
#undef DENIM_OF_EPILOGUE

}  // namespace denim::inline DENIM_TARGET::kernel
