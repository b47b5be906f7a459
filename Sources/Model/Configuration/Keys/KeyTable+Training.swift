import Literals

extension KeyTable {
  static let training = section(
    .training,
    .integer(
      "epochs", \.training.epochs, in: 0...1_000_000_000, "Maximum number of epochs.",
      aliases: "num_epochs n_epochs max_epochs num_train_epochs"),
    .custom(
      "epoch_fraction", \.training.epochsPerPass, "1, 1/2, 1/3 and so on, to 1/100",
      "Share of the training samples in an epoch; the next epochs have the others. Whatever counts epochs counts shares.",
      read: { $0.epochFraction($1, into: &$2) }, write: { .number(1 / Double($0)) }
    ).absent(where: .number(1)).own(),
    .integer(
      "train_batch_size", \.training.batchSize, in: 1...Int(Int32.max), "Training batch size.",
      aliases: "batch_size batchsize per_device_train_batch_size"),
    .choice(
      "learner", \.training.optimizer, "Optimizer.",
      explaining: ["sparse_adam": "sparse_adam, which needs sparse gradients that BERT4Rec does not have"],
      aliases: "optimizer optim"),
    .number("learning_rate", \.training.learningRate, .above(0), "Learning rate.", aliases: "lr learningrate"),
    .number(
      "weight_decay", \.training.weightDecay, .from(0),
      "Weight decay: L2 penalty on the gradient (decoupled for adamw).", aliases: "l2 wd"),
    .custom(
      "clip_grad_norm", \.training.maximumGradientNorm, "number > 0, {max_norm: number} or null",
      "Gradient clipping: maximum global norm; null for none.", aliases: "grad_clip max_grad_norm",
      read: { $0.gradientNorm($1, into: &$2) },
      write: { $0.map { .map(["max_norm": .number($0), "norm_type": .integer(2)]) } ?? .null }),
    .custom(
      "weight_average", \.training.weightAverage, "number 0.9 to 0.9999 or null",
      "Evaluate and save an average of the weights over the steps, with this decay, instead of the last weights; null for none.",
      aliases: "ema ema_decay", read: { $0.weightAverage($1, into: &$2) }, write: { $0.map { .number($0) } ?? .null }
    ).absent(where: .null).own(),
    .choice(
      "precision", \.training.precision,
      "Precision of what the matrix products of training multiply; bfloat16 needs a CPU with avx512_bf16.",
      aliases: "dtype mixed_precision"
    ).absent(where: .text("float32")).own(),
    .boolean("shuffle", \.training.shuffles, "Shuffle the training samples every epoch."),
    .integer(
      "eval_step", \.training.validationInterval, in: -1_000_000_000...1_000_000_000,
      "Epochs between validations; 0 or less disables validation."),
    .integer(
      "stopping_step", \.training.patience, in: 0...1_000_000_000,
      "Early stopping: training stops after more than this many validations in a row without improvement.",
      aliases: "patience early_stop early_stopping early_stopping_patience"))
}
