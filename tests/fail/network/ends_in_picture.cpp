// SPDX-License-Identifier: MIT
// Every way in which an answer is learned, scored or told apart.
// expect: denim: Network: it ends in a picture, but what is learned, scored or told apart must be one row of numbers; let it end in Dense, GlobalPool or Flatten.
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 1[,>]/
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 2[,>]/
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 3[,>]/
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 4[,>]/
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 5[,>]/
// expect: /AnswersInNumbers<Graph<Image<6, 6, 1>, Sequential<Conv<3, 6[,>]/
// errors: 6
#include <denim/denim.hpp>
#include <denim/report/occlusion.hpp>

using namespace denim;

#ifdef WRONG
template <std::size_t Filters>
using Tested = Network<Image<6, 6, 1>, Sequential<Conv<3, Filters>>>;
#else
template <std::size_t Filters>
using Tested = Network<Image<6, 6, 1>, Sequential<Conv<3, Filters>, Flatten>>;
#endif

int main() {
    const Array<float, 4> images({4, 6, 6, 1});
    const Array<int, 1> labels({4});
    const LabelledPair set{images, labels};
    Tested<1> fitted;
    fit(fitted, set, set, {.epochs = 1});
    evaluate(Tested<2>{}, set);
    evaluate(Tested<3>{}, set, SoftmaxCrossEntropy{});
    Trainer<Tested<4>::Graph, Fast, SoftmaxCrossEntropy>{4};
    (void)Tested<5>{}.classes(images);
    occlude(Predictor{Tested<6>{}}, Array<std::uint8_t, 3>({6, 6, 1}));

    // The numbers of a trunk are there all the same.
    (void)Tested<7>{}.predict(images);
    (void)Tested<7>{}.probabilities(images);
}
