//! What several rules need.
