package eval

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// An envelope is how a ciphertext stands in a document: the standard base64 of
//
//	"escx" | version, 4 bytes | body | CRC-32 (IEEE) of everything before, 4 bytes
//
// with numbers in big-endian order. The body is the crypter's, and opaque here. Pulumi ESC writes the same.
const (
	envelopeMagic   = "escx"
	envelopeVersion = 1
	envelopeMinimum = len(envelopeMagic) + 4 + 4
)

// envelopeEncoding is strict, so that no two texts denote the same envelope but for line breaks.
var envelopeEncoding = base64.StdEncoding.Strict()

func encodeEnvelope(body []byte) string {
	raw := make([]byte, 0, envelopeMinimum+len(body))
	raw = append(raw, envelopeMagic...)
	raw = binary.BigEndian.AppendUint32(raw, envelopeVersion)
	raw = append(raw, body...)
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
	return envelopeEncoding.EncodeToString(raw)
}

// decodeEnvelope returns the body. Its error is the reason alone, which quotes nothing of the text; the checks come in the
// order that the language prescribes.
func decodeEnvelope(text string) ([]byte, error) {
	raw, err := envelopeEncoding.DecodeString(text)
	if err != nil {
		if at, ok := errors.AsType[base64.CorruptInputError](err); ok {
			return nil, fmt.Errorf("it is not padded standard base64 at byte %d of %d", int64(at), len(text))
		}
		return nil, errors.New("it is not padded standard base64")
	}
	if len(raw) < envelopeMinimum {
		return nil, fmt.Errorf("it holds %d bytes where at least %d are needed", len(raw), envelopeMinimum)
	}
	signed, sum := raw[:len(raw)-4], binary.BigEndian.Uint32(raw[len(raw)-4:])
	versioned, ok := bytes.CutPrefix(signed, []byte(envelopeMagic))
	if !ok {
		return nil, fmt.Errorf("it does not begin with %q", envelopeMagic)
	}
	if crc32.ChecksumIEEE(signed) != sum {
		return nil, errors.New("its checksum does not match, so a part was changed or lost")
	}
	version, body := binary.BigEndian.Uint32(versioned), versioned[4:]
	if version != envelopeVersion {
		return nil, fmt.Errorf("its version is %d where %d is needed", version, envelopeVersion)
	}
	return body, nil
}
