// Takes security labels out of a domain: its own, and those of disks in files and on devices, and of serial ports to files.
package main

import (
	_ "embed"
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func main() {
	var domain libvirtxml.Domain
	if err := domain.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	removed := len(domain.SecLabel)
	domain.SecLabel = nil
	for _, disk := range domain.Devices.Disks {
		if disk.Source != nil && disk.Source.File != nil {
			removed += len(disk.Source.File.SecLabel)
			disk.Source.File.SecLabel = nil
		} else if disk.Source != nil && disk.Source.Block != nil {
			removed += len(disk.Source.Block.SecLabel)
			disk.Source.Block.SecLabel = nil
		}
	}
	for _, port := range domain.Devices.Serials {
		if port.Source != nil && port.Source.File != nil {
			removed += len(port.Source.File.SecLabel)
			port.Source.File.SecLabel = nil
		}
	}
	xml, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d labels\n%s\n", removed, xml)
}
