//! Trust-region and Levenberg-Marquardt steps.
