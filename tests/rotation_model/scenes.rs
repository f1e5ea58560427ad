//! Single scenes: what another program, the registry or the person does in the middle.
