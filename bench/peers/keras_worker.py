# SPDX-License-Identifier: MIT
"""Keras over TensorFlow with oneDNN, fp32: train_on_batch, and a compiled function to predict."""
import os

import worker
from worker import batch_size, chosen, labels, options, photographs

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import keras
import keras_network
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)


def study():
    network = keras.Sequential(
        [
            keras.Input(photographs.shape[1:]),
            layers.Conv2D(options.filters, options.kernel, activation="relu"), layers.MaxPooling2D(),
            layers.Conv2D(options.filters, options.second, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
            *([layers.Dense(options.hidden, activation="relu")] if options.hidden else []),
            layers.Dense(options.classes),
        ]
    )
    network.set_weights(worker.weights)
    return network


network = keras_network.network(options.network, photographs.shape[1:]) if options.network else study()
network.compile(keras.optimizers.Adam(1e-3), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
answer = tf.function(lambda pictures: network(pictures, training=False))


def pictures(which):
    return photographs[which].astype("float32") / 255


def train(steps):
    for step in range(steps):
        which = chosen(step, batch_size)
        network.train_on_batch(pictures(which), labels[which])


def predict(step, size):
    return answer(tf.constant(pictures(chosen(step, size)))).numpy()


worker.serve(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", train, predict)
