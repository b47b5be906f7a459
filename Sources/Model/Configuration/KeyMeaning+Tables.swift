import Literals

extension Configuration {
  /// Keys of RecBole that are accepted with only one value, and the reason.
  static let fixedKeys: [String: (value: Literal, reason: String)] = [
    "transform": (.text("mask_itemseq"), "BERT4Rec trains on masked histories"),
    "enable_amp": (.boolean(false), "training uses 32-bit floats"),
    "repeatable": (.boolean(true), "items of the history stay in the ranking"),
    "encoding": (.text("utf-8"), "all files are read as UTF-8"),
  ]

  /// Keys of RecBole that have no effect here, and the reason.
  static let ignoredKeys: [String: String] = {
    var keys = [
      "gpu_id": "training runs on the CPU", "use_gpu": "training runs on the CPU",
      "device": "training runs on the CPU", "nproc": "trials run in parallel instead",
      "worker": "the dataset is read once and shared", "state": "there are no log levels",
      "show_progress": "progress shows on a terminal", "reproducibility": "every run is reproducible",
      "checkpoint_dir": "checkpoints are stored next to the database",
      "save_dataset": "every run reads the dataset again",
      "dataset_save_path": "every run reads the dataset again",
      "save_dataloaders": "every run reads the dataset again",
      "dataloaders_save_path": "every run reads the dataset again", "log_wandb": "results are stored in the study",
      "wandb_project": "results are stored in the study", "loss_decimal_place": "losses are shown in full",
      "train_neg_sample_args": "the model draws its own negatives",
      "neg_sampling": "the model draws its own negatives",
      "training_neg_sample_num": "the model draws its own negatives",
      "valid_neg_sample_args": "all items are ranked", "test_neg_sample_args": "all items are ranked",
      "valid_metric_bigger": "the metric's name determines it", "eval_type": "the metrics' names determine it",
      "embedding_size": "hidden_size sets the width",
      "require_pow": "the loss has no such term", "reg_weight": "the loss has no such term",
      "tail_ratio": "no metric uses it", "enable_scaler": "training uses 32-bit floats",
      "RATING_FIELD": "only user, item and time are used", "LABEL_FIELD": "only user, item and time are used",
      "threshold": "only user, item and time are used", "NEG_PREFIX": "only user, item and time are used",
      "numerical_features": "only user, item and time are used",
      "discretization": "only user, item and time are used", "preload_weight": "embeddings are initialized randomly",
      "additional_feat_suffix": "only .inter, .user and .item files are read",
      "unload_col": "columns are read as needed", "unused_col": "columns are read as needed",
      "ITEM_LIST_LENGTH_FIELD": "no column is needed for lengths",
      "POSITION_FIELD": "no column is needed for positions",
      "alias_of_user_id": "there is only one user column", "single_spec": "trials run in parallel instead",
      "config_file": "use --config_files to name files", "config_files": "use --config_files to name files",
      "verbose": "there are no log levels", "vocab_size": "the number of items follows from the dataset",
    ]
    for key in [
      "HEAD_ENTITY_ID_FIELD", "TAIL_ENTITY_ID_FIELD", "RELATION_ID_FIELD", "ENTITY_ID_FIELD", "kg_reverse_r",
      "entity_kg_num_interval", "relation_kg_num_interval", "alias_of_entity_id", "alias_of_relation_id",
    ] { keys[key] = "BERT4Rec uses no knowledge graph" }
    for key in ["local_rank", "world_size", "group_offset", "offset", "ip", "port"] {
      keys[key] = "training runs in one process"
    }
    for key in [
      "MODEL_TYPE", "MODEL_INPUT_TYPE", "MASK_INDEX", "MASK_ITEM_SEQ", "POS_ITEMS", "NEG_ITEMS", "CROP_ITEM_SEQ",
      "CROP_ITEM_SEQ_LEN", "INVERSE_ITEM_SEQ", "REORDER_ITEM_SEQ",
    ] { keys[key] = "RecBole sets it internally" }
    return keys
  }()

  /// Names used by other programs, and the corresponding key.
  static let mistakenKeys: [String: String] = {
    let names = [
      "learning_rate": "lr learningrate",
      "train_batch_size": "batch_size batchsize per_device_train_batch_size",
      "eval_batch_size": "per_device_eval_batch_size test_batch_size",
      "hidden_dropout_prob": "dropout dropout_prob dropout_rate hidden_dropout bert_dropout",
      "attn_dropout_prob": "attention_dropout attn_dropout attention_probs_dropout_prob",
      "learner": "optimizer optim",
      "n_layers": "num_layers layers num_blocks n_blocks num_hidden_layers num_encoder_layers bert_num_blocks nlayer",
      "n_heads": "num_heads heads num_attention_heads nhead bert_num_heads",
      "hidden_size": "hidden_units hidden_dim d_model embed_dim embedding_dim emb_dim emb_size dim bert_hidden_units",
      "inner_size": "mlp_hidden_size ffn_dim d_ff dim_feedforward intermediate_size",
      "hidden_act": "activation", "loss_type": "loss",
      "layer_norm_eps": "layer_norm_epsilon",
      "MAX_ITEM_LIST_LENGTH":
        "max_len maxlen max_length max_seq_length max_seq_len max_position_embeddings bert_max_len",
      "mask_ratio": "mask_prob masked_lm_prob mlm_prob mlm_probability bert_mask_prob",
      "stopping_step": "patience early_stop early_stopping early_stopping_patience",
      "epochs": "num_epochs n_epochs max_epochs num_train_epochs",
      "weight_decay": "l2 wd", "topk": "k top_k", "seed": "random_seed",
      "clip_grad_norm": "grad_clip max_grad_norm", "initializer_range": "init_std",
      "dataset": "dataset_name data_name",
      "USER_ID_FIELD": "user_field", "ITEM_ID_FIELD": "item_field",
      "eval_args": "eval_setting split_ratio leave_one_num real_time_process split order group_by mode",
      "user_inter_num_interval": "min_user_inter_num max_user_inter_num",
      "item_inter_num_interval": "min_item_inter_num max_item_inter_num",
      "val_interval": "lowest_val highest_val equal_val not_equal_val",
    ]
    var keys: [String: String] = [:]
    for (name, others) in names {
      for other in others.split(separator: " ") { keys[String(other)] = name }
    }
    return keys
  }()

  /// Keys that RecBole 1.2.1 reads for other models, their training or their transforms.
  static let otherModelsKeys = Set(
    """
    L1_flag aap_weight accum ae_act_func aggregator aggregator_type algorithm align_weight alpha anneal_cap anneal_steps
    apply_norm attention_size beta beta_fixed block_num build_graph_separately center_columns cin cin_layer_size class_num
    cnn_channels cnn_kernels cnn_strides context_hops context_norm contrast conv_kernel_size convert_token_to_onehot
    cor_weight corruption_ratio critic_layers cross_layer_num depth dilations dims_dnn direct dnn_type double_tower drop_ex
    drop_im drop_ratio dropout_probs dual_domain encoder_hidden_size eta expert_num feature_num fields fredom fredom_type
    freeze_kg gamma gcn_output_dim global_ratio gru_type has_residual hid_activation hidden_dimension hidden_size_list
    hide_item high_layers_num high_order history_len history_num_per_term hyper_layers in_dims ind inter_matrix_type
    interest_size item_agg_layer item_attribute item_dropout item_embedding_size item_hidden_size_list joint_train
    k_interests kernel_size kfac kg_embedding_size kg_weight kge_interval knn_method l1_ratio lambda1 lambda2 lambda_coeff
    lamda latent_dimension lgb_early_stopping_rounds lgb_num_boost_round lgb_params lightgcn_layer lmd lmd_sem
    loss_function low_layers_num low_rank ls_weight m_step map_weight margin mean_type mess_dropout mess_dropout_rate
    message_dropout metrics_k mf_embedding_size mf_pretrain_path mf_train mip_weight mixed mixture_weights mlp_act_func
    mlp_embedding_size mlp_pretrain_path mlp_train n_cate n_dec_epochs n_enc_epochs n_facet n_facet_MLP n_facet_all
    n_facet_context n_facet_emb n_facet_hidden n_facet_reranker n_facet_window n_factors n_hop n_hops n_iter n_iterations
    n_memory negative_weight neigh_embedding_size neigh_info_method neigh_num neighbor_sample_size nh node_dropout
    node_dropout_rate nogb noise_max noise_min noise_scale noise_schedule norm num_basis_functions num_clusters
    num_conv_kernel nv order_len order_list out_activation out_dims partition_merging_mode phase pool_kernel_size
    pooling_mode pooling_type pooling_type_layer_1 pooling_type_layer_2 positive_only post_remove_context pre_model_path
    pretrain_epochs pretrain_path proto_reg prototype_size q rank reg_loss_ratio reg_weight_1 reg_weight_2 reg_weights
    reparam reranker_CAN_NUM reranker_merging_mode resolution reweight rho sampling_noise sampling_steps save_step
    second_order_loss_weight selected_features sess_dropout short_item_length shrink sim sim_regularity sp_weight
    sparse_feature spatial_ratio split_to ssl_reg ssl_tau ssl_temp ssl_weight std step steps structure t_cin t_depth tau
    tau_ratio teacher temperature time-aware token_num_threhold token_num_threshold topk_factor total_anneal_steps
    train_kg_step train_method train_rec_step train_stage type ui_embedding_size use_filter use_inner use_inner_product
    use_out_emb use_outer use_pretrain use_proj_bias use_st_gumbel user_embedding_size user_hidden_size_list
    vae_anneal_cap vae_anneal_steps w_max w_min warm_up warm_up_step weight weight_mode weight_size
    xgb_early_stopping_rounds xgb_model xgb_nthread xgb_num_boost_round xgb_params xgb_silent xgb_verbose_eval
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}
