//! The one test program: scenarios, contracts, golden output.
