// Builds a domain from nothing.
package main

import (
	"fmt"
	"log"

	"libvirt.org/go/libvirtxml"
)

func main() {
	domain := &libvirtxml.Domain{
		Type:   "kvm",
		Name:   "web",
		Memory: &libvirtxml.DomainMemory{Value: 2048, Unit: "MiB"},
		VCPU:   &libvirtxml.DomainVCPU{Value: 2},
		OS:     &libvirtxml.DomainOS{Type: &libvirtxml.DomainOSType{Type: "hvm"}},
		Devices: &libvirtxml.DomainDeviceList{
			Disks: []libvirtxml.DomainDisk{
				{
					Source: &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: "/images/web.qcow2"}},
					Target: &libvirtxml.DomainDiskTarget{Dev: "vda"},
				},
				{
					Device:   "cdrom",
					Source:   &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: "/images/debian.iso"}},
					Target:   &libvirtxml.DomainDiskTarget{Dev: "sda"},
					ReadOnly: &libvirtxml.DomainDiskReadOnly{},
				},
			},
			Interfaces: []libvirtxml.DomainInterface{
				{
					Source: &libvirtxml.DomainInterfaceSource{Bridge: &libvirtxml.DomainInterfaceSourceBridge{Bridge: "br0"}},
					Model:  &libvirtxml.DomainInterfaceModel{Type: "virtio"},
				},
			},
		},
	}
	text, err := domain.Marshal()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
}
