import Literals

extension KeyTable {
  static let network = section(
    .network,
    .integer(
      "hidden_size", \.network.hiddenSize, in: 1...65536, "Size of the embeddings; a multiple of n_heads.",
      aliases: "hidden_units hidden_dim d_model embed_dim embedding_dim emb_dim emb_size dim bert_hidden_units"),
    .integer(
      "inner_size", \.network.innerSize, in: 1...65536, "Inner size of the feed-forward network.",
      aliases: "mlp_hidden_size ffn_dim d_ff dim_feedforward intermediate_size"),
    .integer(
      "n_layers", \.network.layerCount, in: 1...1024, "Number of Transformer layers.",
      aliases: "num_layers layers num_blocks n_blocks num_hidden_layers num_encoder_layers bert_num_blocks nlayer"),
    .integer(
      "n_heads", \.network.headCount, in: 1...65536, "Number of attention heads.",
      aliases: "num_heads heads num_attention_heads nhead bert_num_heads"),
    // A rate of 1 would leave nothing to train on.
    .number(
      "hidden_dropout_prob", \.network.hiddenDropout, .within(0..<1), "Dropout after the embedding and each sublayer.",
      aliases: "dropout dropout_prob dropout_rate hidden_dropout bert_dropout"),
    .number(
      "attn_dropout_prob", \.network.attentionDropout, .within(0..<1), "Dropout of the attention probabilities.",
      aliases: "attention_dropout attn_dropout attention_probs_dropout_prob"),
    .choice(
      "hidden_act", \.network.activation, "Activation of the feed-forward network.", aliases: "activation"),
    .number(
      "layer_norm_eps", \.network.layerNormEpsilon, .from(0), "ε of LayerNorm, inside the square root.",
      aliases: "layer_norm_epsilon"),
    .number(
      "initializer_range", \.network.initializerRange, .from(0), "Standard deviation of the initial weights.",
      aliases: "init_std"),
    .number(
      "mask_ratio", \.network.maskRatio, .within(0...1), "Probability that an item is masked.",
      aliases: "mask_prob masked_lm_prob mlm_prob mlm_probability bert_mask_prob"
    ).only(for: [.bert4Rec]),
    .number(
      "ft_ratio", \.network.lastItemRatio, .within(0...1),
      "Probability that a batch masks only the last item of each history."
    ).only(for: [.bert4Rec]),
    .choice(
      "objective", \.network.objective,
      "What the network learns to predict: masked items (cloze), or at each place the next one (causal)."
    ).absent(where: .text("cloze")).own(),
    .choice("loss_type", \.network.loss, "Loss: cross-entropy (CE) or pairwise (BPR).", aliases: "loss"),
    .fixed("transform", .text("mask_itemseq"), because: "BERT4Rec trains on masked histories"),
    .fixed("enable_amp", .boolean(false), because: "weights and sums are 32-bit floats; see precision"))
}
