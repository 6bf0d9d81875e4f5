// Attaches a device that is given as XML to a configuration: one type is tried after the other, and the document is printed anew.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	device := "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	var err error
	switch {
	case strings.HasPrefix(device, "<disk"):
		var disk libvirtxml.DomainDisk
		err = disk.Unmarshal(device)
		domain.Devices.Disks = append(domain.Devices.Disks, disk)
	case strings.HasPrefix(device, "<interface"):
		var card libvirtxml.DomainInterface
		err = card.Unmarshal(device)
		domain.Devices.Interfaces = append(domain.Devices.Interfaces, card)
	case strings.HasPrefix(device, "<rng"):
		var rng libvirtxml.DomainRNG
		err = rng.Unmarshal(device)
		domain.Devices.RNGs = append(domain.Devices.RNGs, rng)
	default:
		err = fmt.Errorf("no device: %s", device)
	}
	if err != nil {
		log.Fatal(err)
	}
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(xml)
}
